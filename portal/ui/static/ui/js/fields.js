/* Day fields with their calendar, and selects that filter while typing. */
import { isComposing } from "./shortcuts.js";

/* --- days --- */
function openCalendar(field) {
  const native = field.querySelector("[data-day-native]");
  const typed = field.querySelector("[data-day]");
  if (/^\d{4}-\d{2}-\d{2}$/.test(typed.value)) native.value = typed.value;
  try { native.showPicker(); } catch { typed.focus(); }
}
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-day-open]");
  if (button) openCalendar(button.closest("[data-day-field]"));
});
document.addEventListener("keydown", (event) => {
  if (event.altKey && event.key === "ArrowDown" && event.target.matches("[data-day]")) {
    openCalendar(event.target.closest("[data-day-field]"));
    event.preventDefault();
  }
});
document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-day-native]")) return;
  const typed = event.target.closest("[data-day-field]").querySelector("[data-day]");
  typed.value = event.target.value;
  typed.dispatchEvent(new Event("change", { bubbles: true }));
  typed.focus();
});

/* --- digits choose among values side by side --- */
document.addEventListener("keydown", (event) => {
  if (!event.target.matches("[role=radiogroup] input[type=radio]") || event.ctrlKey || event.altKey) return;
  const choices = event.target.closest("[role=radiogroup]").querySelectorAll("input[type=radio]");
  const chosen = /^(Digit|Numpad)[1-9]$/.test(event.code) && choices[Number(event.code.slice(-1)) - 1];
  if (!chosen) return;
  event.preventDefault();
  chosen.click();
  chosen.focus();
});

/* --- combobox over a native select: options carry pinyin initials in data-initials --- */
function enhance(select) {
  if (select.dataset.combobox) return;
  select.dataset.combobox = "on";
  const list = document.createElement("ul");
  list.className = "pp-combo-list";
  list.setAttribute("role", "listbox");
  list.id = `${select.id}_list`;
  list.hidden = true;
  const field = document.createElement("input");
  field.className = "pp-input pp-select";
  field.autocomplete = "off";
  field.setAttribute("role", "combobox");
  field.setAttribute("aria-controls", list.id);
  field.setAttribute("aria-expanded", "false");
  const box = document.createElement("span");
  box.className = "pp-combo";
  select.before(box);
  box.append(field, list, select);
  select.hidden = true;
  // The label and the error summary point to the field that is seen.
  field.id = select.id;
  select.removeAttribute("id");
  for (const name of ["aria-invalid", "aria-describedby", "required"]) {
    if (select.hasAttribute(name)) field.setAttribute(name, select.getAttribute(name));
  }
  select.required = false;
  field.value = select.value ? select.selectedOptions[0].text : "";
  field.placeholder = "请选择";

  const close = () => { list.hidden = true; field.setAttribute("aria-expanded", "false"); };
  const choose = (option) => {
    select.value = option.value;
    field.value = option.value ? option.text : "";
    select.dispatchEvent(new Event("change", { bubbles: true }));
    close();
  };
  const show = (word) => {
    const wanted = word.trim().toLowerCase();
    const fitting = [...select.options].filter((option) => option.value
      && (!wanted || option.text.toLowerCase().includes(wanted) || (option.dataset.initials || "").startsWith(wanted)));
    list.replaceChildren(...fitting.slice(0, 200).map((option, index) => {
      const item = document.createElement("li");
      item.setAttribute("role", "option");
      item.setAttribute("aria-selected", String(index === 0));
      item.textContent = option.text;
      item.addEventListener("mousedown", (event) => { event.preventDefault(); choose(option); });
      item.option = option;
      return item;
    }));
    list.hidden = fitting.length === 0;
    field.setAttribute("aria-expanded", String(!list.hidden));
  };
  const move = (by) => {
    const items = [...list.children];
    const here = items.findIndex((item) => item.getAttribute("aria-selected") === "true");
    items[here]?.setAttribute("aria-selected", "false");
    const next = items[Math.min(Math.max(here + by, 0), items.length - 1)];
    next?.setAttribute("aria-selected", "true");
    next?.scrollIntoView({ block: "nearest" });
  };
  field.addEventListener("input", () => show(field.value));
  field.addEventListener("click", () => show(""));
  field.addEventListener("blur", () => {
    const option = select.selectedOptions[0];
    field.value = option?.value ? option.text : "";
    close();
  });
  field.addEventListener("keydown", (event) => {
    if (isComposing(event)) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (list.hidden) show(""); else move(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter" && !list.hidden) {
      choose(list.querySelector("[aria-selected=true]").option);
    } else if (event.key === "Escape" && !list.hidden) {
      close();
      event.stopPropagation();
    } else {
      return;
    }
    event.preventDefault();
  });
}

function scan() {
  document.querySelectorAll("select[data-combobox]").forEach(enhance);
}
document.addEventListener("htmx:afterSettle", scan);
scan();

/* --- files: their name and size; one that is too large is told before it is sent --- */
const BYTES_IN_KB = 1024;
const sizeOf = (bytes) => (bytes < BYTES_IN_KB * BYTES_IN_KB
  ? `${Math.max(1, Math.round(bytes / BYTES_IN_KB))} KB`
  : `${(bytes / BYTES_IN_KB / BYTES_IN_KB).toFixed(1)} MB`);
function showFile(input) {
  const field = input.closest("[data-file]");
  const file = input.files[0];
  const isTooLarge = Boolean(file) && file.size > Number(input.dataset.fileMost || Infinity);
  field.classList.toggle("is-chosen", Boolean(file));
  field.querySelector("[data-file-name]").textContent = file ? file.name : "";
  field.querySelector("[data-file-size]").textContent = file ? sizeOf(file.size) : "";
  const trouble = field.querySelector("[data-file-trouble]");
  trouble.hidden = !isTooLarge;
  trouble.lastElementChild.textContent = isTooLarge ? input.dataset.fileLarge : "";
  input.setCustomValidity(isTooLarge ? input.dataset.fileLarge : "");
}
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-file] input")) showFile(event.target);
});
for (const [type, isOver] of [["dragenter", true], ["dragover", true], ["dragleave", false], ["drop", false]]) {
  document.addEventListener(type, (event) => {
    event.target.closest?.("[data-file]")?.classList.toggle("is-over", isOver);
  });
}
/* Going back to a page may bring its file back, too. */
window.addEventListener("pageshow", () => document.querySelectorAll("[data-file] input").forEach(showFile));

/* Boxes that stand for some of many. */
document.querySelectorAll("[data-half]").forEach((box) => { box.indeterminate = true; });
