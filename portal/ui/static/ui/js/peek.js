/* A look at a record beside its list: the parts of its page that carry data-peek, to read only.
   The page is asked for as if it were opened, so it stands in the trail like every look. */
const WAIT = 200; // ms of rest on a row before its record is asked for
const SWITCH = "pp-peek";
let asked = null;
let timer = 0;

const pane = () => document.querySelector("[data-peek-pane]");
const button = () => document.querySelector("[data-peek-switch]");

export function isPeeking() {
  return Boolean(pane() && !pane().hidden);
}

function remember(on) {
  try { window.sessionStorage.setItem(SWITCH, on ? "on" : ""); } catch { /* private window */ }
}

function isWanted() {
  try { return window.sessionStorage.getItem(SWITCH) === "on"; } catch { return false; }
}

function turned(on) {
  if (!pane()) return;
  pane().hidden = !on;
  button()?.setAttribute("aria-pressed", String(on));
  button()?.classList.toggle("is-on", on);
}

export function closePeek() {
  if (!isPeeking()) return false;
  turned(false);
  remember(false);
  asked?.abort();
  return true;
}

/* Nothing in the pane acts: what asks, posts or reveals stays on the record's own page. */
function readOnly(part) {
  part.querySelectorAll("form, button, script, template, [hx-get], [hx-post], [data-key], .pp-kbd, .pp-btn")
    .forEach((element) => element.remove());
  part.querySelectorAll("[id]").forEach((element) => element.removeAttribute("id"));
  part.querySelectorAll("[aria-labelledby]").forEach((element) => element.removeAttribute("aria-labelledby"));
  part.removeAttribute("aria-labelledby");
  return part;
}

async function fill(url) {
  asked?.abort();
  asked = new AbortController();
  const host = pane();
  const body = host.querySelector("[data-peek-body]");
  host.querySelector("[data-peek-open]").href = url;
  try {
    const response = await fetch(url, { signal: asked.signal, credentials: "same-origin" });
    if (response.redirected) { window.location.reload(); return; }
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const parts = [...page.querySelectorAll("[data-peek]")].map(readOnly);
    const title = page.querySelector("h1")?.textContent.trim() || "";
    host.querySelector("[data-peek-title]").textContent = title;
    if (response.ok && parts.length) body.replaceChildren(...parts);
    else body.replaceChildren(host.querySelector("[data-peek-failed]").content.cloneNode(true));
  } catch (error) {
    if (error.name === "AbortError") return;
    body.replaceChildren(host.querySelector("[data-peek-failed]").content.cloneNode(true));
  }
}

/* The row under the cursor has changed. */
export function peekAt(row) {
  const url = row?.dataset.peekUrl || row?.dataset.url;
  if (!isPeeking() || !url) return;
  const hint = pane().querySelector("[data-peek-open] .pp-kbd");
  if (hint) hint.hidden = url !== row.dataset.url; // Enter opens what the row leads to
  window.clearTimeout(timer);
  timer = window.setTimeout(() => fill(url), WAIT);
}

export function togglePeek(row) {
  if (!pane() || !button()?.offsetParent) return false; // too narrow for two things at once
  if (closePeek()) return true;
  turned(true);
  remember(true);
  peekAt(row);
  return true;
}

/* The list came anew (a page turned, a condition dropped): the pane stays as it was wanted. */
export function keepPeek() {
  if (pane() && isWanted() && button()?.offsetParent) turned(true);
}
