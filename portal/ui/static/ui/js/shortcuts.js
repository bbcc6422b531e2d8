/* The keyboard map (see the dialog on "?"). Letters are matched by their place on the keyboard, so
   that they work with a Chinese input method on. A page adds a key of its own by
   data-key="KeyE" on the button or link that it presses. */
import { closeTopLayer } from "./overlays.js";

const SWITCH = "pp-single-keys";
const JUMP_TIME = 1500;
let jumpUntil = 0;

export function isComposing(event) {
  return event.isComposing || event.keyCode === 229;
}

export function isTyping(target) {
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)
    && !/^(checkbox|radio|button|submit)$/.test(target.type);
}

function readSwitch() {
  try { return window.localStorage.getItem(SWITCH) !== "off"; } catch { return true; }
}

/* Whether a single key may act now. */
export function keysAreFree(event) {
  return !isComposing(event) && !isTyping(event.target) && !event.ctrlKey && !event.altKey
    && !event.metaKey && !document.querySelector("dialog[open]") && readSwitch();
}

function press(selector, scope = document) {
  const found = scope.querySelector(selector);
  if (!found || found.disabled || found.getAttribute("aria-disabled") === "true") return false;
  found.click();
  return true;
}

function focusSearch() {
  const field = document.getElementById("global-search");
  field?.focus();
  field?.select();
}

function help() {
  const dialog = document.getElementById("keys-help");
  if (!dialog || dialog.open) return;
  dialog.querySelector("[data-single-keys]").checked = readSwitch();
  dialog.showModal();
}

function jump(event) {
  const source = document.getElementById("pp-jumps");
  const url = source ? JSON.parse(source.textContent)[event.code] : "";
  jumpUntil = 0;
  if (url) window.location.assign(url);
  return Boolean(url);
}

function nextError() {
  const wrong = [...document.querySelectorAll("[aria-invalid=true], td.is-error")]
    .filter((element) => element.offsetParent);
  if (!wrong.length) return false;
  const here = wrong.findIndex((element) => element.contains(document.activeElement));
  const next = wrong[(here + 1) % wrong.length];
  (next.matches("input,select,textarea") ? next : next.querySelector("input,select,textarea,a") || next).focus();
  return true;
}

function escape(event) {
  if (document.querySelector("dialog[open]")) return false;
  if (closeTopLayer()) return true;
  const panel = document.getElementById("search-panel");
  if (panel?.firstChild) { panel.replaceChildren(); return true; }
  if (isTyping(event.target)) { event.target.blur(); return true; }
  return press("[data-key-escape]");
}

/* Keys that work everywhere, also in fields. */
function everywhere(event) {
  const dialog = document.querySelector("dialog[open]");
  const scope = dialog || document;
  if (event.ctrlKey && event.code === "KeyK") { focusSearch(); return true; }
  if (event.ctrlKey && event.code === "KeyS") { press("[data-key-save]", scope); return true; }
  if (event.ctrlKey && event.key === "Enter") return press("[data-key-submit]", scope);
  if (event.key === "F7") return nextError();
  if (event.key === "F8") return press("[data-key-card]");
  if (event.key === "Escape") return escape(event);
  if (dialog && !isTyping(event.target) && /^(Digit|Numpad)[1-9]$/.test(event.code)) {
    const choices = dialog.querySelectorAll("[data-number-keys] input[type=radio]");
    choices[Number(event.code.slice(-1)) - 1]?.click();
    return choices.length > 0;
  }
  return false;
}

function single(event) {
  if (jumpUntil > Date.now()) return jump(event);
  if (event.key === "?") { help(); return true; }
  if (event.key === "/" || event.code === "Slash" && !event.shiftKey) { focusSearch(); return true; }
  if (event.shiftKey) return false;
  if (event.code === "KeyG") { jumpUntil = Date.now() + JUMP_TIME; return true; }
  if (event.code === "BracketLeft") return press("[data-nav-fold]");
  if (event.code === "KeyF") return openFilter();
  if (press(`[data-key="${event.code}"]`)) return true;
  if (event.code === "KeyN" && document.body.dataset.newUrl) {
    window.location.assign(document.body.dataset.newUrl);
    return true;
  }
  return false;
}

function openFilter() {
  const filter = document.querySelector("[data-filter]");
  if (!filter) return false;
  filter.open = true;
  focusFirst(filter);
  return true;
}

function focusFirst(filter) {
  filter.querySelector("select, input:not([type=hidden])")?.focus();
}

/* The filters come from the server when they are opened for the first time. */
document.addEventListener("htmx:afterSettle", (event) => {
  const filter = event.target.closest?.("[data-filter][open]");
  if (filter) focusFirst(filter);
});

document.addEventListener("keydown", (event) => {
  if (isComposing(event) || event.defaultPrevented) return;
  if (everywhere(event) || keysAreFree(event) && single(event)) event.preventDefault();
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-keys-help]")) help();
});
document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-single-keys]")) return;
  try { window.localStorage.setItem(SWITCH, event.target.checked ? "on" : "off"); } catch { /* private window */ }
});

/* Search panel: arrows choose, Enter opens. */
const search = document.getElementById("global-search");
search?.addEventListener("keydown", (event) => {
  if (isComposing(event)) return;
  const rows = [...document.querySelectorAll("#search-panel .pp-search-row")];
  if (!rows.length) return;
  const here = rows.findIndex((row) => row.getAttribute("aria-selected") === "true");
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    const step = event.key === "ArrowDown" ? 1 : -1;
    rows[here]?.setAttribute("aria-selected", "false");
    const next = rows[(here + step + rows.length) % rows.length];
    next.setAttribute("aria-selected", "true");
    next.scrollIntoView({ block: "nearest" });
    event.preventDefault();
  } else if (event.key === "Enter" && here >= 0) {
    if (event.ctrlKey) window.open(rows[here].href, "_blank", "noopener");
    else window.location.assign(rows[here].href);
    event.preventDefault();
  }
});
document.addEventListener("click", (event) => {
  if (!event.target.closest(".pp-top-search")) document.getElementById("search-panel")?.replaceChildren();
});
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.elt.id !== "search-panel") return;
  const first = event.detail.elt.querySelector(".pp-search-row");
  first?.setAttribute("aria-selected", "true");
  search?.setAttribute("aria-expanded", String(Boolean(first)));
});
