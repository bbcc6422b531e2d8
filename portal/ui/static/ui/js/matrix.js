/* The building matrix: arrows move, the pane follows, legend chips dim what does not match.
   <table class="pp-matrix" role="grid" data-matrix data-colour="kind">
     <td><a class="pp-cell" href="…" data-cell data-pane-url="…" data-kind data-fresh data-people data-flag …>
   Chips: <button data-dim="kind:rented">; more than one may be on: OR in a group, AND between groups. */
import { keysAreFree } from "./shortcuts.js";

const DEBOUNCE = 120;
const PATIENCE = 2000;
const table = document.querySelector("[data-matrix]");
const pane = document.getElementById("pane");
let timer = 0;
/* Whose room the pane shows: keys that act on a room wait until it is the chosen one. */
let shown = "";

const rows = () => [...table.tBodies[0].rows];
const cellsOf = (row) => [...row.cells].map((td) => td.querySelector("[data-cell]"));
const all = () => [...table.querySelectorAll("[data-cell]")];
const current = () => table.querySelector("[data-cell][aria-current=true]") || all()[0];

function placeOf(cell) {
  const row = cell.closest("tr");
  return [rows().indexOf(row), cellsOf(row).indexOf(cell)];
}

function select(cell, { load = true, focus = true } = {}) {
  if (!cell) return;
  for (const other of all()) {
    other.tabIndex = other === cell ? 0 : -1;
    if (other === cell) other.setAttribute("aria-current", "true");
    else other.removeAttribute("aria-current");
  }
  if (focus) cell.focus({ preventScroll: true });
  cell.scrollIntoView({ block: "nearest", inline: "nearest" });
  if (load) follow(cell);
}

/* The pane keeps its old content, dimmed, until the new one is there; only the last wish is fetched. */
function follow(cell) {
  window.clearTimeout(timer);
  if (!pane || !cell.dataset.paneUrl) return;
  pane.inert = true; // what it shows is another room's
  timer = window.setTimeout(() => load(cell), DEBOUNCE);
}

async function load(cell) {
  window.clearTimeout(timer);
  const url = cell.dataset.paneUrl;
  const settled = new Promise((done) => {
    pane.addEventListener("htmx:afterSettle", done, { once: true });
    window.setTimeout(done, PATIENCE);
  });
  pane.classList.add("is-loading");
  window.history.replaceState(null, "", cell.getAttribute("href"));
  await window.htmx.ajax("GET", url, { target: pane, swap: "innerHTML", source: table })
    .finally(() => { pane.classList.remove("is-loading"); pane.inert = false; });
  await settled; // before that its buttons are not htmx's yet
  if (current().dataset.paneUrl === url) shown = url;
}

function move(down, right) {
  const lines = rows();
  let [row, column] = placeOf(current());
  for (;;) {
    row += down;
    column += right;
    if (row < 0 || row >= lines.length || column < 0 || column >= lines[row].cells.length) return;
    const cell = cellsOf(lines[row])[column];
    if (cell) { select(cell); return; }
  }
}

function edge(event) {
  const found = event.ctrlKey ? all() : cellsOf(current().closest("tr")).filter(Boolean);
  select(event.key === "Home" ? found[0] : found[found.length - 1]);
}

/* The next room with a problem, in reading order, back to the first after the last. */
function nextProblem() {
  const cells = all();
  const here = cells.indexOf(current());
  const order = [...cells.slice(here + 1), ...cells.slice(0, here + 1)];
  select(order.find((cell) => cell.dataset.flag || cell.classList.contains("is-crowded")));
}

/* Something was done in the pane: its cell is drawn anew and blinks once. */
function redraw() {
  const cell = current();
  const id = new URL(cell.href).searchParams.get("dwelling");
  if (!id || !table.dataset.cellUrl) return;
  const url = table.dataset.cellUrl.replace(/0{8}(-0{4}){3}-0{12}/, id);
  window.htmx.ajax("GET", url, { target: cell, swap: "outerHTML", source: table }).then(() => {
    select(current(), { load: false, focus: false });
    current().classList.add("is-changed");
    dim();
  });
}

function closePane() {
  pane.replaceChildren();
  current().focus();
}

function press(selector) {
  const found = document.querySelector(selector);
  found?.click();
  return Boolean(found);
}

/* A key that acts on the chosen room: never on the one that the pane showed before. */
function act(selector) {
  const cell = current();
  if (!pane || !cell?.dataset.paneUrl) return false;
  if (shown === cell.dataset.paneUrl) return press(selector);
  load(cell).then(() => { if (shown === cell.dataset.paneUrl) press(selector); });
  return true;
}

const MOVES = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
const ACTS = { KeyE: "#pane [data-act=entry]", KeyV: "#pane [data-act=unchanged]" };
const PRESSES = {
  Comma: "[data-building=previous]",
  Period: "[data-building=next]",
};

const pressed = (code) => (ACTS[code] ? act(ACTS[code]) : PRESSES[code] && press(PRESSES[code]));

function onKey(event) {
  if (event.defaultPrevented || document.querySelector("dialog[open]")) return;
  const inMatrix = table.contains(event.target) || event.target === document.body;
  if (inMatrix && MOVES[event.key] && !event.altKey) {
    move(...MOVES[event.key]);
  } else if (inMatrix && (event.key === "Home" || event.key === "End")) {
    edge(event);
  } else if (inMatrix && event.key === "Enter" && pane && !event.ctrlKey) {
    const heading = pane.querySelector("h2");
    if (!heading) return;
    heading.tabIndex = -1;
    heading.focus();
  } else if (event.key === "Escape" && pane?.contains(event.target)) {
    current().focus();
  } else if (keysAreFree(event) && event.code === "KeyM") {
    nextProblem();
  } else if (!(keysAreFree(event) && pressed(event.code))) {
    return;
  }
  event.preventDefault();
}

/* --- legend chips --- */
function dim() {
  const wishes = {};
  document.querySelectorAll("[data-dim][aria-pressed=true]").forEach((chip) => {
    const [group, value] = chip.dataset.dim.split(":");
    (wishes[group] ||= []).push(value);
  });
  const groups = Object.entries(wishes);
  for (const cell of all()) {
    const fits = groups.every(([group, values]) => values.includes(
      group === "crowded" ? String(cell.classList.contains("is-crowded")) : cell.dataset[group],
    ));
    cell.classList.toggle("is-dim", !fits);
  }
  const none = document.querySelector("[data-dim-none]");
  none?.classList.toggle("is-on", groups.length === 0);
}

function onClick(event) {
  const cell = event.target.closest("[data-cell]");
  if (cell && pane && cell.dataset.paneUrl && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    select(cell);
  }
  if (event.target.closest("[data-pane-close]")) closePane();
  const chip = event.target.closest("[data-dim]");
  if (chip) {
    const on = chip.getAttribute("aria-pressed") !== "true";
    chip.setAttribute("aria-pressed", String(on));
    chip.classList.toggle("is-on", on);
    dim();
  }
  if (event.target.closest("[data-dim-none]")) {
    document.querySelectorAll("[data-dim]").forEach((other) => {
      other.setAttribute("aria-pressed", "false");
      other.classList.remove("is-on");
    });
    dim();
  }
}

if (table) {
  document.addEventListener("keydown", onKey);
  document.addEventListener("click", onClick);
  table.addEventListener("focusin", (event) => {
    const cell = event.target.closest("[data-cell]");
    if (cell && cell !== current()) select(cell, { focus: false });
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-colour-by]")) table.dataset.colour = event.target.value;
  });
  pane?.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.requestConfig.verb === "post" && event.detail.successful) redraw();
  });
  select(current(), { load: false, focus: false });
  if (pane?.querySelector("[data-act]")) shown = current().dataset.paneUrl || "";
}
