/* Charts: one builder for each kind, colours out of the style sheets, data out of the page.
   <div class="pp-chart" data-chart="trend" aria-hidden="true"><script type="application/json">{…}</script></div>
   The numbers stand in a table as well; the chart is hidden from assistive technology.
   trend    {labels, lines: [{name, values, tone}], target, low, high, unit}
   bars     {items: [{name, value, tone}]}          horizontal, printed values
   columns  {labels, parts: [{name, values, tone}]} at most two stacked parts
   dots     {items: [{name, value}], target, low, high} */
const TONES = { own: "--pp-viz-1", other: "--pp-viz-2", grey: "--pp-viz-4", gold: "--pp-viz-5", must: "--pp-danger", should: "--pp-viz-2" };
const running = new Map();

const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const colour = (tone) => token(TONES[tone] || TONES.other);

function looks() {
  return { text: token("--pp-text"), second: token("--pp-text-2"), line: token("--pp-line"), axis: token("--pp-line-2"), surface: token("--pp-surface"), font: token("--pp-sans") };
}

function frame(look, more) {
  return {
    animation: false,
    textStyle: { fontFamily: look.font, fontSize: 12, color: look.second },
    tooltip: { trigger: "axis", renderMode: "richText", backgroundColor: look.surface, borderColor: look.axis, textStyle: { color: look.text, fontSize: 12 }, axisPointer: { type: "line", lineStyle: { color: look.axis } } },
    ...more,
  };
}

const category = (look, labels, more) => ({
  type: "category", data: labels, axisTick: { show: false }, axisLine: { lineStyle: { color: look.axis } }, axisLabel: { color: look.second, fontSize: 12 }, ...more,
});
const values = (look, more) => ({
  type: "value", splitNumber: 3, axisLabel: { color: look.second, fontSize: 12 }, splitLine: { lineStyle: { color: look.line } }, axisLine: { show: false }, ...more,
});

/* A cut axis has the same bounds every month, and four grid lines. */
function fixedRange({ low, high }) {
  if (low === undefined || high === undefined) return {};
  return { min: low, max: high, interval: (high - low) / 3 };
}

function targetLine(look, target) {
  if (target === undefined || target === null) return undefined;
  return { silent: true, symbol: "none", lineStyle: { type: "dashed", width: 1, color: look.text }, label: { formatter: `目标 ${target}`, color: look.second, fontSize: 12, position: "end" }, data: [{ yAxis: target }] };
}

function trend(data, look) {
  return frame(look, {
    grid: { left: 8, right: 84, top: 12, bottom: 4, containLabel: true },
    xAxis: category(look, data.labels, { boundaryGap: false }),
    yAxis: values(look, fixedRange(data)),
    series: data.lines.map((line, index) => ({
      type: "line", name: line.name, data: line.values, connectNulls: false, showSymbol: false,
      lineStyle: { width: 2 }, color: colour(line.tone),
      endLabel: { show: true, formatter: line.label || line.name, color: look.text, fontSize: 12 },
      labelLayout: { moveOverlap: "shiftY" },
      markLine: index === 0 ? targetLine(look, data.target) : undefined,
    })),
  });
}

function bars(data, look) {
  const items = [...data.items].reverse();
  const room = Math.max(...items.map((item) => [...item.name].length)) * 12 + 12;
  return frame(look, {
    grid: { left: room, right: 40, top: 0, bottom: 0 },
    tooltip: { show: false },
    xAxis: { type: "value", show: false, min: 0 },
    yAxis: category(look, items.map((item) => item.name), { axisLine: { show: false }, axisLabel: { color: look.text, fontSize: 12, align: "left", margin: room } }),
    series: [{
      type: "bar", barWidth: 11,
      data: items.map((item) => ({ value: item.value, itemStyle: { color: colour(item.tone) } })),
      label: { show: true, position: "right", color: look.text, fontSize: 12 },
    }],
  });
}

function columns(data, look) {
  return frame(look, {
    grid: { left: 4, right: 8, top: 12, bottom: 4, containLabel: true },
    xAxis: category(look, data.labels),
    yAxis: values(look, { min: 0, minInterval: 1 }),
    series: data.parts.map((part) => ({
      type: "bar", stack: "all", name: part.name, barMaxWidth: 14, data: part.values, color: colour(part.tone),
    })),
  });
}

function dots(data, look) {
  const items = [...data.items].reverse();
  const point = (item) => ({
    value: [item.value, item.name], itemStyle: { color: item.value < data.target ? token("--pp-danger") : colour("own") },
  });
  return frame(look, {
    grid: { left: 4, right: 24, top: 4, bottom: 4, containLabel: true },
    tooltip: { ...frame(look).tooltip, trigger: "item" },
    xAxis: values(look, { min: data.low, max: data.high }),
    yAxis: category(look, items.map((item) => item.name), { axisLine: { show: false } }),
    series: [{
      type: "scatter", symbolSize: 10, data: items.map(point),
      markLine: { ...targetLine(look, data.target), data: [{ xAxis: data.target }] },
    }],
  });
}

const BUILDERS = { trend, bars, columns, dots };

function draw(box) {
  const source = box.querySelector("script[type='application/json']");
  const build = BUILDERS[box.dataset.chart];
  if (!source || !build) return;
  const data = JSON.parse(source.textContent);
  const area = document.createElement("div");
  area.className = "pp-chart-area";
  box.append(area);
  const chart = window.echarts.init(area, null, { renderer: "canvas" });
  chart.setOption(build(data, looks()));
  const observer = new ResizeObserver(() => chart.resize());
  observer.observe(box);
  running.set(box, { chart, observer, data, build });
}

function scan() {
  for (const [box, { chart, observer }] of running) {
    if (box.isConnected) continue;
    observer.disconnect();
    chart.dispose();
    running.delete(box);
  }
  document.querySelectorAll("[data-chart]").forEach((box) => {
    if (!running.has(box)) draw(box);
  });
}

/* A chart as a picture: twice the pixels of the screen, on the panel's ground. */
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-chart-image]");
  const box = button?.closest(".pp-panel")?.querySelector("[data-chart]");
  if (!box || !running.has(box)) return;
  const link = document.createElement("a");
  link.href = running.get(box).chart.getDataURL({ type: "png", pixelRatio: 2, backgroundColor: looks().surface });
  link.download = `${button.dataset.chartImage}.png`;
  link.click();
});

document.addEventListener("htmx:afterSettle", scan);
document.addEventListener("pp:theme", () => {
  for (const { chart, data, build } of running.values()) chart.setOption(build(data, looks()), true);
});
scan();
