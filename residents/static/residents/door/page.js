/* What every screen needs: sentences, templates, short messages. */
/* What the page was given for its scripts. */
export const given = (id) => JSON.parse(document.getElementById(id).textContent);
const words = given("door-words");
export const places = document.body.dataset;
const TOAST_MS = 3000;

export const byId = (id) => document.getElementById(id);

export function say(key, values = {}) {
  return words[key].replace(/\{(\w+)\}/g, (_whole, name) => String(values[name] ?? ""));
}

/* A copy of a template: its one element, or the whole of it. */
export function clone(id) {
  const copy = byId(id).content.cloneNode(true);
  return copy.childElementCount === 1 ? copy.firstElementChild : copy;
}

export function element(tag, className = "", text = "") {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

export function button(text, act, className = "pp-btn") {
  const made = element("button", className, text);
  made.type = "button";
  made.addEventListener("click", act);
  return made;
}

/* Says what is wrong at its place; nothing takes it away. */
export function complain(place, text) {
  if (!place) return;
  place.hidden = !text;
  place.querySelector("span").textContent = text;
}

export function toast(text) {
  const made = element("div", "pp-toast", text);
  byId("toasts").replaceChildren(made);
  setTimeout(() => made.remove(), TOAST_MS);
}

/* An empty region: a heading, a sentence, and at most one thing to do. */
export function note(title, text = "", act = null) {
  const made = element("div", "door-state");
  made.append(element("h2", "", title));
  if (text) made.append(element("p", "pp-2", text));
  if (act) made.append(act);
  return made;
}

export function clock(moment) {
  const at = new Date(moment);
  return `${String(at.getHours()).padStart(2, "0")}:${String(at.getMinutes()).padStart(2, "0")}`;
}
