/* The entry grid: a table of inputs that is walked like a sheet.
   <table class="pp-grid" role="grid" data-grid data-prefix="members"> … <template data-grid-row> … __prefix__ …
   An input is either walked (its whole text selected, arrows move) or edited (F2, double click, typing).
   Fields marked data-like-above begin in a new line as they stand in the line above. */
import { isComposing } from "./shortcuts.js";
import { rowsOfBlock } from "./paste.js";

const EDITABLE = "input:not([type=hidden]):not([readonly]):not(:disabled), select:not(:disabled)";
let before = "";
/* Where Tab set out from: Enter goes down to that column, as in a spreadsheet. */
let home = 0;
let isTabbing = false;

const gridOf = (element) => element.closest?.("[data-grid]");
const linesOf = (grid) => [...grid.querySelectorAll("tbody tr[data-line]")].filter((line) => !line.hidden);
const fieldsOf = (line) => [...line.querySelectorAll("td")].map((td) => td.querySelector(EDITABLE));

function visit(field) {
  if (!field) return false;
  field.focus();
  field.select?.();
  delete field.dataset.editing;
  return true;
}

function edit(field, keep = true) {
  field.dataset.editing = "1";
  if (keep && field.setSelectionRange && field.type !== "number") {
    field.setSelectionRange(field.value.length, field.value.length);
  }
}

function place(field) {
  const line = field.closest("tr");
  return { line, column: fieldsOf(line).indexOf(field) };
}

function vertical(field, by, column = place(field).column) {
  const grid = gridOf(field);
  const { line } = place(field);
  const lines = linesOf(grid);
  const target = lines[lines.indexOf(line) + by] || (by > 0 ? addLine(grid) : null);
  return target ? visit(fieldsOf(target)[column]) : true;
}

function tab(field, by) {
  isTabbing = true;
  const found = horizontal(field, by, true);
  isTabbing = false;
  return found;
}

function horizontal(field, by, wrap) {
  const grid = gridOf(field);
  const { line, column } = place(field);
  const fields = fieldsOf(line);
  for (let at = column + by; at >= 0 && at < fields.length; at += by) {
    if (fields[at]) return visit(fields[at]);
  }
  if (!wrap) return true;
  const lines = linesOf(grid);
  const next = lines[lines.indexOf(line) + by] || (by > 0 && hasText(line) ? addLine(grid) : null);
  if (!next) return false;
  const found = fieldsOf(next).filter(Boolean);
  return visit(by > 0 ? found[0] : found[found.length - 1]);
}

/* A line is blank while nobody typed in it; selects stand on their first option by themselves. */
const hasText = (line) => [...line.querySelectorAll(EDITABLE)]
  .some((field) => field.tagName !== "SELECT" && field.value.trim());

function totalOf(grid) {
  return document.querySelector(`[name="${grid.dataset.prefix}-TOTAL_FORMS"]`);
}

export function addLine(grid) {
  const template = grid.querySelector("template[data-grid-row]") || document.querySelector(`template[data-grid-row="${grid.dataset.prefix}"]`);
  const total = totalOf(grid);
  if (!template || !total) return null;
  const line = numbered(template.content.querySelector("tr").cloneNode(true), total.value);
  const lines = linesOf(grid);
  if (lines.length) lines[lines.length - 1].after(line);
  else grid.tBodies[0].append(line);
  total.value = Number(total.value) + 1;
  label(line);
  renumber(grid);
  window.htmx?.process(line);
  return line;
}

/* Django's placeholder in names, ids and references becomes the line's number. */
function numbered(line, number) {
  for (const element of [line, ...line.querySelectorAll("*")]) {
    for (const attribute of element.attributes) {
      if (attribute.value.includes("__prefix__")) attribute.value = attribute.value.replaceAll("__prefix__", number);
    }
  }
  return line;
}

/* A saved line is marked and hidden, a new one is emptied and hidden: the numbering must not break. */
export function removeLine(line) {
  const grid = gridOf(line);
  const mark = line.querySelector("input[name$=-DELETE]");
  const next = line.nextElementSibling?.querySelector(EDITABLE) || line.previousElementSibling?.querySelector(EDITABLE);
  if (mark) mark.checked = true;
  else line.querySelectorAll(EDITABLE).forEach((field) => { field.value = ""; });
  line.hidden = true;
  keepBlankLine(grid);
  renumber(grid);
  visit(next);
  line.dispatchEvent(new CustomEvent("pp:line-removed", { bubbles: true }));
}

/* Inputs of a line are named by the heads of their columns. */
function label(line) {
  const heads = gridOf(line)?.tHead?.rows[0]?.cells || [];
  [...line.cells].forEach((cell, place) => {
    cell.querySelectorAll("input:not([aria-label]), select:not([aria-label])").forEach((field) => {
      field.setAttribute("aria-label", heads[place]?.textContent.replace("*", "").trim() || "");
    });
  });
}

function renumber(grid) {
  linesOf(grid).forEach((line, index) => {
    const cell = line.querySelector(".pp-rownum");
    if (cell) cell.firstChild ? (cell.firstChild.textContent = index + 1) : cell.append(index + 1);
  });
}

function keepBlankLine(grid) {
  const lines = linesOf(grid);
  if (!lines.length || hasText(lines[lines.length - 1])) addLine(grid);
}

function copyFromAbove(field) {
  const { line, column } = place(field);
  const lines = linesOf(gridOf(field));
  const above = lines[lines.indexOf(line) - 1];
  const source = above && fieldsOf(above)[column];
  if (!source || source.value.includes("*")) return;
  field.value = source.value;
  changed(field);
}

function changed(field) {
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.dispatchEvent(new Event("change", { bubbles: true }));
}

/* A new line takes over what a household has in common; emptied again, it is blank again. */
function likeAbove(line) {
  const common = fieldsOf(line).filter((field) => field?.matches("[data-like-above]"));
  const own = fieldsOf(line).some((field) => field && !common.includes(field) && field.value.trim());
  const lines = linesOf(gridOf(line));
  const above = lines[lines.indexOf(line) - 1];
  for (const field of common) {
    const source = above && fieldsOf(above)[place(field).column];
    const wanted = own && source ? source.value : "";
    const mayTake = own ? !field.value && !line.dataset.begun : field.dataset.taken === field.value;
    if (!mayTake || field.value === wanted) continue;
    field.value = wanted;
    field.dataset.taken = wanted;
    changed(field);
  }
  if (own) line.dataset.begun = "1";
  else delete line.dataset.begun;
}

/* A block out of a spreadsheet: cells by tab, lines by line feed. */
function paste(event) {
  const field = event.target.closest?.(EDITABLE);
  const grid = field && gridOf(field);
  const text = event.clipboardData?.getData("text/plain") || "";
  if (!grid || !/[\t\n]/.test(text.trimEnd())) return;
  event.preventDefault();
  let { line } = place(field);
  for (const row of rowsOfBlock(text, grid, line, place(field).column)) {
    if (!line) return;
    const fields = fieldsOf(line);
    row.forEach((value, column) => { if (fields[column] && value !== undefined) fillIn(fields[column], value); });
    const lines = linesOf(grid);
    line = lines[lines.indexOf(line) + 1] || addLine(grid);
  }
  keepBlankLine(grid);
}

/* A select takes the code or the words of an option; anything else is said at its cell. */
export function fillIn(target, value) {
  const option = target.tagName === "SELECT" && value
    && [...target.options].find((one) => [one.value, one.text.trim()].includes(value) || value === `${one.value} ${one.text.trim()}`);
  const isUnknown = target.tagName === "SELECT" && value && !option;
  target.value = option ? option.value : isUnknown ? "" : value;
  changed(target);
  if (isUnknown) refuse(target, `没有“${value}”这一项，请选择`);
}

function refuse(field, words) {
  const cell = field.closest("td");
  cell.classList.add("is-error");
  cell.title = words;
  field.setAttribute("aria-invalid", "true");
}

const ARROWS = { ArrowUp: [vertical, -1], ArrowDown: [vertical, 1], ArrowLeft: [horizontal, -1], ArrowRight: [horizontal, 1] };

function onKey(event) {
  const field = event.target.closest?.(EDITABLE);
  const grid = field && gridOf(field);
  if (!grid || isComposing(event) || event.defaultPrevented) return;
  const editing = Boolean(field.dataset.editing);
  let done = true;
  if (event.altKey && event.key === "Insert") visit(fieldsOf(addLine(grid) || field.closest("tr")).find(Boolean));
  else if (event.altKey && event.key === "Delete") removeLine(field.closest("tr"));
  else if (event.altKey) return;
  else if (event.ctrlKey && event.code === "KeyD") copyFromAbove(field);
  else if (event.ctrlKey && !editing && event.key === "ArrowRight") done = pressIn(field, "[data-open-person]");
  else if (event.ctrlKey && event.key === "ArrowLeft" && !editing) done = pressIn(document, "[data-pane-close]");
  else if (event.ctrlKey || event.metaKey) return;
  else if (event.key === "F2") edit(field);
  else if (event.key === "Enter") vertical(field, 1, home);
  else if (event.key === "Tab") done = tab(field, event.shiftKey ? -1 : 1);
  else if (event.key === "Escape") { if (editing || field.value !== before) { field.value = before; changed(field); visit(field); } else done = false; }
  else if (ARROWS[event.key] && !editing) ARROWS[event.key][0](field, ARROWS[event.key][1], false);
  else { if (event.key.length === 1) edit(field, false); return; }
  if (done) event.preventDefault();
}

function pressIn(field, selector) {
  const scope = field.closest ? field.closest("tr") : field;
  const found = scope.querySelector(selector);
  found?.click();
  return Boolean(found);
}

document.addEventListener("keydown", onKey);
document.addEventListener("paste", paste);
document.addEventListener("dblclick", (event) => {
  const field = event.target.closest?.(EDITABLE);
  if (field && gridOf(field)) edit(field);
});
document.addEventListener("focusin", (event) => {
  const field = event.target.closest?.(EDITABLE);
  const grid = field && gridOf(field);
  if (!grid) return;
  before = field.value;
  if (!isTabbing) home = place(field).column;
  delete field.dataset.editing;
  grid.querySelector("tr.is-current")?.classList.remove("is-current");
  field.closest("tr").classList.add("is-current");
});
document.addEventListener("input", (event) => {
  const grid = gridOf(event.target);
  if (!grid) return;
  const line = event.target.closest("tr");
  line.classList.remove("is-placeholder");
  if (!line.hasAttribute("data-known") && !event.target.matches("[data-like-above]")) likeAbove(line);
  keepBlankLine(grid);
});
document.addEventListener("click", (event) => {
  const adder = event.target.closest("[data-grid-add]");
  if (adder) visit(fieldsOf(addLine(document.querySelector(adder.dataset.gridAdd))).find(Boolean));
  const remover = event.target.closest("[data-grid-remove]");
  if (remover) removeLine(remover.closest("tr"));
});

function scan() {
  document.querySelectorAll("[data-grid]").forEach((grid) => linesOf(grid).forEach(label));
}
document.addEventListener("htmx:afterSettle", scan);
scan();
