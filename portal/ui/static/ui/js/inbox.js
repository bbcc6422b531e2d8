/* The inbox: J and K walk, the current row opens in place, its keys press its buttons.
   Rows: .pp-inbox-row[data-item]; buttons: data-act="main|collector|later". */
import { keysAreFree } from "./shortcuts.js";
import { Cursor, meantTheRow } from "./rows.js";

const rowsOf = () => [...document.querySelectorAll("[data-inbox] .pp-inbox-row[data-item]")]
  .filter((row) => row.offsetParent);
const cursor = new Cursor(rowsOf);
const KEYS = { KeyS: "later", KeyT: "collector" };

function act(row, name) {
  const control = row.querySelector(`[data-act="${name}"]`)
    || (name === "main" ? row.querySelector(".pp-btn-primary, .pp-inbox-act a, .pp-inbox-act button") : null);
  control?.click();
  return Boolean(control);
}

document.addEventListener("click", (event) => {
  const row = event.target.closest("[data-inbox] .pp-inbox-row[data-item]");
  if (row && meantTheRow(event)) cursor.set(row);
});

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || !document.querySelector("[data-inbox]") || !keysAreFree(event)) return;
  if (event.target.closest("a, button, summary") && event.key === "Enter") return;
  const current = cursor.current;
  let done = true;
  if (event.code === "KeyJ") cursor.step(1);
  else if (event.code === "KeyK") cursor.step(-1);
  else if (event.key === "Enter" && current) done = act(current, "main");
  else if (KEYS[event.code] && current) done = act(current, KEYS[event.code]);
  else done = false;
  if (done) event.preventDefault();
});

/* A finished row fades, the work goes on with the next one. */
document.addEventListener("htmx:beforeSwap", (event) => {
  const row = event.detail.target?.closest?.("[data-inbox] .pp-inbox-row[data-item]");
  if (!row || event.detail.xhr.status >= 400 || event.detail.xhr.responseText.trim()) return;
  const rows = rowsOf();
  const place = rows.indexOf(row);
  const next = rows[place + 1] || rows[place - 1];
  row.classList.add("is-leaving");
  if (next) window.setTimeout(() => cursor.set(next, { focus: true }), 0);
});
