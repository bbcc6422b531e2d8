/* Two minutes before the session ends unused, the page says so; one press goes on. The server is
   asked how long it really is: another tab may have been used. */
const WARN = 120;
const { leftUrl, idle } = document.body.dataset;

async function check() {
  const answer = await window.fetch(leftUrl, { headers: { Accept: "application/json" } }).catch(() => null);
  if (!answer) { wait(30); return; }
  const { seconds } = answer.ok && !answer.redirected ? await answer.json() : { seconds: 0 };
  if (seconds > WARN) { hide(); wait(seconds - WARN); return; }
  show(seconds);
}

function wait(seconds) {
  window.setTimeout(check, seconds * 1000);
}

function show(seconds) {
  const bar = document.getElementById("idle-bar");
  const text = seconds > 0 ? bar.dataset.soon : bar.dataset.over;
  bar.querySelector("span").textContent = text.replace("%", Math.max(1, Math.ceil(seconds / 60)));
  bar.querySelector("button").hidden = seconds <= 0;
  bar.hidden = false;
  if (seconds > 0) wait(Math.min(seconds, 30) + 1);
}

function hide() {
  document.getElementById("idle-bar").hidden = true;
}

document.querySelector("[data-stay]")?.addEventListener("click", async (event) => {
  await window.fetch(event.currentTarget.dataset.stay);
  check();
});
if (leftUrl) wait(Math.max(1, Number(idle) - WARN));
