/* Register lists: row cursor, choosing rows, bulk bar, order of columns. */
import { keysAreFree, isTyping, isComposing } from "./shortcuts.js";
import { Cursor, meantTheRow } from "./rows.js";
import { closePeek, isPeeking, keepPeek, peekAt, togglePeek } from "./peek.js";
import { leaveWalk } from "./walking.js";

const rowsOf = () => [...document.querySelectorAll("[data-list] tr[data-row]")];
const cursor = new Cursor(rowsOf);
let lastPicked = null;

function open(row, newTab) {
  const url = row?.dataset.url;
  if (!url) return;
  if (newTab) { window.open(url, "_blank", "noopener"); return; }
  leaveWalk();
  window.location.assign(url);
}

const boxOf = (row) => row?.querySelector("input[name=pick]");
const boxes = () => [...document.querySelectorAll("[data-list] input[name=pick]")];

function pick(row, extend) {
  const box = boxOf(row);
  if (!box) return;
  const rows = rowsOf();
  box.checked = extend ? true : !box.checked;
  if (extend && lastPicked) {
    const [from, to] = [rows.indexOf(lastPicked), rows.indexOf(row)].sort((a, b) => a - b);
    rows.slice(from, to + 1).forEach((between) => { boxOf(between).checked = true; });
  }
  lastPicked = row;
  showPicked();
}

function showPicked(everything = false) {
  const bar = document.querySelector("[data-bulk]");
  if (!bar) return;
  const all = boxes();
  const count = all.filter((box) => box.checked).length;
  all.forEach((box) => box.closest("tr").classList.toggle("is-selected", box.checked));
  bar.hidden = count === 0;
  const form = bar.closest("form");
  form.elements.all.value = everything ? "1" : "";
  const total = bar.querySelector("[data-pick-everything]")?.dataset.total;
  bar.querySelector("[data-picked]").textContent = everything ? Number(total).toLocaleString("en") : count;
  for (const master of document.querySelectorAll("[data-pick-page], [data-pick-all]")) {
    master.checked = count > 0 && count === all.length;
    master.indeterminate = count > 0 && count < all.length;
  }
}

function pickPage(on) {
  boxes().forEach((box) => { box.checked = on; });
  showPicked();
}

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-list] input[name=pick]")) { lastPicked = event.target.closest("tr"); showPicked(); }
  if (event.target.matches("[data-pick-page], [data-pick-all]")) pickPage(event.target.checked);
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-pick-everything]")) { pickPage(true); showPicked(true); }
  if (event.target.closest("[data-pick-none]")) pickPage(false);
  if (event.target.closest("[data-peek-switch], [data-peek-close]")) togglePeek(cursor.current || cursor.step(1));
  const row = event.target.closest("[data-list] tr[data-row]");
  if (!row) return;
  cursor.set(row);
  if (!meantTheRow(event)) return;
  if (isPeeking() && event.detail < 2 && !event.ctrlKey && !event.metaKey) peekAt(row);
  else open(row, event.ctrlKey || event.metaKey);
});

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || isComposing(event) || isTyping(event.target)) return;
  if (!document.querySelector("[data-list]") || document.querySelector("dialog[open]")) return;
  const current = cursor.current;
  const onControl = event.target.closest("a, button, summary");
  if (event.key === "Enter" && current && !onControl) {
    open(current, event.ctrlKey);
    event.preventDefault();
    return;
  }
  if (event.key === "Escape" && boxes().some((box) => box.checked)) { pickPage(false); event.preventDefault(); return; }
  if (event.key === "Escape" && closePeek()) { event.preventDefault(); return; }
  if ((event.key === "PageDown" || event.key === "PageUp") && current) {
    const link = document.querySelector(`[data-page=${event.key === "PageDown" ? "next" : "previous"}]`);
    if (link) { link.click(); event.preventDefault(); }
    return;
  }
  if (!keysAreFree(event)) return;
  if (event.code === "KeyJ") peekAt(cursor.step(1));
  else if (event.code === "KeyK") peekAt(cursor.step(-1));
  else if (event.code === "KeyP" && !event.shiftKey) { if (!togglePeek(current || cursor.step(1))) return; }
  else if (event.code === "KeyX" && current) pick(current, event.shiftKey);
  else return;
  event.preventDefault();
});

/* The conditions change without the page around the list: what leaves it takes them from the address. */
const PAGING = ["after", "before", "col", "rows", "open", "view"];
document.addEventListener("submit", (event) => {
  const path = event.target.dataset.listExport;
  if (path) event.target.action = path + window.location.search;
}, true);
document.addEventListener("htmx:configRequest", (event) => {
  if (!event.target.closest("[data-columns]")) return;
  const { parameters } = event.detail;
  const asked = new URLSearchParams(window.location.search);
  for (const name of [...parameters.keys()]) if (!["col", "rows"].includes(name)) parameters.delete(name);
  asked.forEach((value, name) => { if (!PAGING.includes(name)) parameters.append(name, value); });
});

/* Columns: drag with the mouse, or Space, arrows, Space. */
let held = null;
function reordered() {
  held?.closest("form").dispatchEvent(new Event("pp:reorder", { bubbles: true }));
}
document.addEventListener("dragstart", (event) => {
  held = event.target.closest?.("[data-column-order] li[draggable]");
  held?.classList.add("is-held");
});
document.addEventListener("dragover", (event) => {
  const over = held && event.target.closest?.("[data-column-order] li[draggable]");
  if (!over || over === held) return;
  event.preventDefault();
  const below = event.clientY > over.getBoundingClientRect().top + over.offsetHeight / 2;
  over[below ? "after" : "before"](held);
});
document.addEventListener("dragend", () => {
  if (!held) return;
  held.classList.remove("is-held");
  reordered();
  held = null;
});
document.addEventListener("keydown", (event) => {
  const grip = event.target.closest?.("[data-drag]");
  if (!grip) return;
  const item = grip.closest("li");
  if (event.code === "Space") {
    event.preventDefault();
    if (item.classList.toggle("is-held")) { held = item; return; }
    reordered();
    held = null;
  } else if (item.classList.contains("is-held") && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
    event.preventDefault();
    const other = event.key === "ArrowUp" ? item.previousElementSibling : item.nextElementSibling;
    if (!other?.draggable) return;
    other[event.key === "ArrowUp" ? "before" : "after"](item);
    grip.focus();
  }
});

document.addEventListener("htmx:afterSettle", () => { showPicked(); keepPeek(); });
showPicked();
keepPeek();

/* A table in a window of its own begins at its current row. */
for (const pane of document.querySelectorAll("[data-window]")) {
  const current = pane.querySelector("[aria-current]");
  if (current) pane.scrollTop = current.offsetTop - pane.clientHeight / 2;
}
