/* The household entry page: the drawer of one person follows the grid and the grid follows it,
   members leave with a day and a reason, the status of a line tells what saving would do. */
import { isComposing } from "../ui/js/shortcuts.js";

const pane = document.querySelector("[data-person-pane]");
const grid = document.getElementById("members");
const form = document.querySelector("[data-entry]");

const lines = () => [...grid.querySelectorAll("tr[data-line]")].filter((line) => !line.hidden);
const prefixOf = (line) => line.id.slice("row-".length);
const panelOf = (prefix) => pane.querySelector(`[data-person-panel="${prefix}"]`);
const gridField = (name) => form.elements.namedItem(name);
/* What is told of members on record beside their rows, by the prefix of the row. */
const members = JSON.parse(document.getElementById("pp-members").textContent);

/* A drawer is made when it is asked for, out of the page's template. What it shows of a member on
   record stands in the row (`base`) and in what the page tells beside it. */
function makePanel(prefix) {
  const template = document.querySelector("template[data-person-template]");
  const index = prefix.split("-")[1];
  const panel = template.content.firstElementChild.cloneNode(true);
  for (const node of [panel, ...panel.querySelectorAll("*")]) {
    for (const attribute of [...node.attributes]) {
      if (attribute.value.includes("__prefix__")) node.setAttribute(attribute.name, attribute.value.replaceAll("__prefix__", index));
    }
  }
  // of somebody who has left in the meantime nothing more is told
  if (document.getElementById(`row-${prefix}`).hasAttribute("data-known")) fillKnown(panel, prefix, members[prefix] ?? {});
  pane.append(panel);
  const number = panel.querySelector("[data-id-number]");
  if (number.value && !number.value.includes("*")) number.dispatchEvent(new Event("input", { bubbles: true }));
  return panel;
}

function fillKnown(panel, prefix, told) {
  const base = JSON.parse(gridField(`${prefix}-base`).value || "{}");
  const guardian = guardianField(panel);
  if (told.away) {
    const away = new Option(guardian.dataset.awayWords, told.away);
    away.dataset.away = "";
    guardian.add(away);
  }
  guardian.classList.toggle("is-warn", Boolean(told.guardianless));
  fillGuardians(panel, prefix);
  for (const [key, value] of Object.entries(base)) {
    const field = panel.querySelector(`[name="${prefix}-${key}"]`);
    if (field) field.value = value;
  }
  panel.querySelectorAll("[data-mirror]").forEach((mirror) => { mirror.value = gridField(mirror.dataset.mirror).value; });
  panel.querySelector("details").open = Boolean(base.as_printed);
  const line = document.getElementById(`row-${prefix}`);
  for (const key of ["sex", "birth", "origin"]) derived(panel, key).textContent = derived(line, key).textContent;
  derived(panel, "age").textContent = told.age ?? "";
  if (told.page) showLog(panel, told);
}

const derived = (person, key) => person.querySelector(`[data-derived="${key}"]`);

function showLog(panel, told) {
  const box = panel.querySelector("[data-person-log]");
  box.hidden = false;
  box.querySelector("[data-person-page]").href = told.page;
  box.querySelector("ol").replaceChildren(...told.log.map(([day, words]) => {
    const item = document.createElement("li");
    item.append(Object.assign(document.createElement("time"), { textContent: day }),
      Object.assign(document.createElement("span"), { textContent: words }));
    return item;
  }));
}

export const panelFor = (prefix) => panelOf(prefix) || makePanel(prefix);

const guardianField = (panel) => panel.querySelector("select[name$=-guardian]");
const keyOf = (prefix) => members[prefix]?.resident || gridField(`${prefix}-residence`)?.value || `new-${prefix.split("-")[1]}`;

/* Whoever stands in the grid now may be named, under the name that stands there now; who is named
   already stays so, though the line may be gone. */
function fillGuardians(panel, prefix) {
  const select = guardianField(panel);
  const kept = select.value && !("away" in select.selectedOptions[0].dataset) ? select.selectedOptions[0] : null;
  [...select.options].filter((option) => option.value && option !== kept && !("away" in option.dataset)).forEach((option) => option.remove());
  for (const line of lines()) {
    const other = prefixOf(line);
    const name = gridField(`${other}-name`)?.value;
    if (!name || other === prefix) continue;
    if (keyOf(other) === kept?.value) kept.textContent = name;
    else select.add(new Option(name, keyOf(other)));
  }
}

function open(prefix, { focus = true } = {}) {
  const line = document.getElementById(`row-${prefix}`);
  if (!line) return;
  const panel = panelFor(prefix);
  fillGuardians(panel, prefix);
  pane.querySelectorAll("[data-person-panel]").forEach((other) => { other.hidden = other !== panel; });
  pane.hidden = false;
  panel.querySelectorAll("[data-mirror]").forEach((mirror) => copy(gridField(mirror.dataset.mirror), mirror));
  showPlace(panel, prefix);
  grid.querySelector("tr.is-current")?.classList.remove("is-current");
  line.classList.add("is-current");
  if (focus) panel.querySelector("[data-mirror]").focus();
}

function showPlace(panel, prefix) {
  const named = lines().filter((line) => gridField(`${prefixOf(line)}-name`)?.value);
  const place = named.findIndex((line) => prefixOf(line) === prefix);
  panel.querySelector("[data-person-place]").textContent = place < 0 ? "新成员" : `第 ${place + 1} 人，共 ${named.length} 人`;
  const number = gridField(`${prefix}-document_number`)?.value.trim();
  panel.querySelectorAll("[data-numberless]").forEach((box) => { box.hidden = Boolean(number); });
  const title = panel.querySelector("[data-mirror-text]");
  title.textContent = gridField(`${prefix}-name`)?.value || "新成员";
}

function close() {
  const panel = pane.querySelector("[data-person-panel]:not([hidden])");
  pane.hidden = true;
  if (!panel) return;
  const line = document.getElementById(`row-${panel.dataset.personPanel}`);
  line?.querySelector("input:not([type=hidden]):not([type=checkbox])")?.focus();
}

/* Values go both ways; equal values stop the echo. */
function copy(from, to) {
  if (!from || !to || from.value === to.value) return;
  to.value = from.value;
  to.dispatchEvent(new Event("input", { bubbles: true }));
}

function mirrored(field) {
  if (field.dataset.mirror) {
    copy(field, gridField(field.dataset.mirror));
  } else if (field.name && grid.contains(field)) {
    copy(field, pane.querySelector(`[data-mirror="${field.name}"]`));
  }
}

/* What saving would do with the line: nothing, a change, a new person. */
function showStatus(line) {
  const cell = line.querySelector("[data-status]");
  const base = gridField(`${prefixOf(line)}-base`)?.value;
  const known = line.hasAttribute("data-known");
  const text = [...line.querySelectorAll("input:not([type=hidden]):not([type=checkbox]), select")];
  const word = cell.firstElementChild || cell.appendChild(document.createElement("span"));
  if (word.classList.contains("pp-danger") && !cell.dataset.touched) cell.dataset.touched = "1";
  if (known) {
    const shown = JSON.parse(base || "{}");
    const changed = text.some((field) => field.value !== (shown[field.name.split("-").slice(2).join("-")] ?? ""));
    word.textContent = changed ? cell.dataset.statusChanged : cell.dataset.statusKnown;
    word.className = changed ? "" : "pp-2";
  } else {
    const filled = text.some((field) => field.tagName !== "SELECT" && field.value.trim());
    word.textContent = filled ? cell.dataset.statusNew : "";
    word.className = "";
  }
  const people = lines().filter((one) => gridField(`${prefixOf(one)}-name`)?.value.trim()).length;
  document.querySelector("[data-people]").textContent = people;
}

/* A cell that was refused is in the making again as soon as somebody types in it. */
function forgetError(field) {
  const cell = field.closest("td.is-error");
  if (!cell || field.matches("[data-id-number]")) return;
  cell.classList.remove("is-error");
  cell.removeAttribute("title");
  field.removeAttribute("aria-invalid");
}

function leave(line, leaves) {
  const mark = line.querySelector("input[name$=-DELETE]");
  const note = grid.querySelector(`[data-leave-line="${prefixOf(line)}"]`);
  if (!mark || !note) return;
  mark.checked = leaves;
  line.hidden = leaves;
  note.hidden = !leaves;
  showStatus(line);
}

document.addEventListener("input", (event) => {
  const field = event.target;
  if (field.dataset?.mirror || grid.contains(field)) {
    mirrored(field);
    forgetError(field);
    const line = field.closest("tr[data-line]");
    if (line) showStatus(line);
    const panel = pane.querySelector("[data-person-panel]:not([hidden])");
    if (panel) showPlace(panel, panel.dataset.personPanel);
  }
});
document.addEventListener("change", (event) => mirrored(event.target));
grid.addEventListener("pp:line-removed", (event) => {
  const line = event.target.closest("tr[data-line]");
  if (line?.hasAttribute("data-known")) leave(line, true);
});
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-open-person]");
  if (opener) open(opener.dataset.openPerson);
  if (event.target.closest("[data-pane-close]")) close();
  const step = event.target.closest("[data-person-step]");
  if (step) move(Number(step.dataset.personStep));
  const undo = event.target.closest("[data-leave-undo]");
  if (undo) leave(document.getElementById(`row-${undo.dataset.leaveUndo}`), false);
  const fault = event.target.closest("[data-error-summary] a[href^='#id_members-']");
  if (fault && showFault(fault.hash.slice(1))) event.preventDefault();
  if (event.target.closest("[data-all-leave]")) lines().forEach((line) => leave(line, true));
  if (event.target.closest(".pp-rownum") && grid.contains(event.target)) open(prefixOf(event.target.closest("tr")));
});

/* A fault may stand in a drawer that is closed; it is opened at the field. */
function showFault(id) {
  const field = document.getElementById(id);
  const panel = field?.closest("[data-person-panel]");
  if (!panel) return false;
  open(panel.dataset.personPanel, { focus: false });
  field.focus();
  return true;
}

function move(by) {
  const panel = pane.querySelector("[data-person-panel]:not([hidden])");
  const prefixes = lines().map(prefixOf);
  const next = prefixes[prefixes.indexOf(panel?.dataset.personPanel) + by];
  if (next) open(next);
}

/* Ctrl and left closes the drawer from anywhere in it but its text fields. */
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !pane.hidden && pane.contains(event.target)) {
    close();
    event.preventDefault();
    event.stopPropagation();
  }
}, true);

/* What came back from the server as typed is derived again. */
grid.querySelectorAll("[data-id-number]").forEach((field) => {
  if (field.value && !field.value.includes("*")) field.dispatchEvent(new Event("input", { bubbles: true }));
});

/* A link of the to-do list leads to the field itself. */
if (pane.dataset.openRow) {
  open(pane.dataset.openRow, { focus: !form.dataset.focus });
  const wanted = form.dataset.focus;
  const name = `${pane.dataset.openRow}-${wanted}`;
  const target = wanted && (pane.querySelector(`[data-mirror="${name}"]`) || gridField(name));
  if (target) { target.focus(); target.select?.(); }
} else if (!document.querySelector("[data-error-summary]") && !form.querySelector("[name=occupancy]:checked")) {
  form.querySelector("[name=occupancy]").focus();
} else {
  const summary = document.querySelector("[data-error-summary]");
  (summary || firstBlank())?.focus();
}

function firstBlank() {
  return [...grid.querySelectorAll("tr[data-line] input:not([type=hidden]):not([type=checkbox])")].find((field) => !field.value);
}

/* Enter in the dwelling's fields goes on to the members; it never sends the form. */
form.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.ctrlKey || isComposing(event) || grid.contains(event.target)) return;
  if (!event.target.matches("input, select")) return;
  event.preventDefault();
  firstBlank()?.focus();
});

/* A usual relation by its number or its pinyin initials; two digits are the standard's own code. */
document.addEventListener("change", (event) => {
  const field = event.target;
  if (field.getAttribute("list") !== "relations") return;
  const told = field.value.trim().toLowerCase();
  const usual = [...document.getElementById("relations").options];
  const meant = /^[1-9]$/.test(told) ? usual[Number(told) - 1]
    : /^[a-z]+$/.test(told) ? usual.find((one) => one.dataset.initials === told) : null;
  if (!meant) return;
  field.value = meant.value;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}, true);

/* In a select of the grid letters choose by pinyin initials and digits by code, as one types. */
let typed = "";
let typedUntil = 0;
let typedIn = null;
grid.addEventListener("keydown", (event) => {
  const select = event.target;
  if (select.tagName !== "SELECT" || !/^[a-z0-9]$/i.test(event.key) || event.ctrlKey || event.altKey) return;
  typed = (select === typedIn && Date.now() < typedUntil ? typed : "") + event.key.toLowerCase();
  typedIn = select;
  typedUntil = Date.now() + 900;
  const option = [...select.options].find((one) => one.value
    && (one.value.startsWith(typed) || (one.dataset.initials || "").startsWith(typed)));
  event.preventDefault();
  event.stopPropagation();
  if (!option || option.value === select.value) return;
  select.value = option.value;
  select.dispatchEvent(new Event("input", { bubbles: true }));
  select.dispatchEvent(new Event("change", { bubbles: true }));
});
