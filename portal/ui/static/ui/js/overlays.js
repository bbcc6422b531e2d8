/* Dialogs, menus, popovers and toasts. */
const SHORT = 4000;
const LONG = 10000;
const MOST = 3;

function sprite() {
  const used = document.querySelector(".pp-icon use");
  return used ? used.getAttribute("href").split("#")[0] : "";
}

function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "pp-icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${sprite()}#${name}`);
  svg.append(use);
  return svg;
}

/* A short message; errors stay until they are closed. */
export function toast({ text, error = false, action = "", url = "", post = false }) {
  const host = document.getElementById("toasts");
  if (!host) return;
  const box = document.createElement("div");
  box.className = error ? "pp-toast is-error" : "pp-toast";
  if (error) box.setAttribute("role", "alert");
  const words = document.createElement("span");
  words.textContent = text;
  box.append(icon(error ? "alert" : "check"), words);
  if (action && url) box.append(actionOf(action, url, post, box));
  else if (error) box.append(closerOf(box));
  host.append(box);
  while (host.children.length > MOST) host.firstElementChild.remove();
  if (!error) expire(box, action ? LONG : SHORT);
}

function actionOf(action, url, post, box) {
  const control = document.createElement(post ? "button" : "a");
  control.textContent = action;
  if (post) {
    control.type = "button";
    control.addEventListener("click", () => {
      box.remove();
      window.htmx.ajax("POST", url, { target: "body", swap: "none" });
    });
  } else {
    control.href = url;
  }
  return control;
}

function closerOf(box) {
  const closer = document.createElement("button");
  closer.type = "button";
  closer.textContent = "关闭";
  closer.addEventListener("click", () => box.remove());
  return closer;
}

function expire(box, after) {
  let timer = window.setTimeout(() => box.remove(), after);
  const pause = () => window.clearTimeout(timer);
  const resume = () => { timer = window.setTimeout(() => box.remove(), SHORT); };
  box.addEventListener("mouseenter", pause);
  box.addEventListener("focusin", pause);
  box.addEventListener("mouseleave", resume);
  box.addEventListener("focusout", resume);
}

document.querySelectorAll("[data-toast]").forEach((box) => {
  if (box.classList.contains("is-error")) box.append(closerOf(box));
  else expire(box, SHORT);
});

/* Dialogs that the server sent are opened; what is no dialog (a refusal) is put into one. */
export function openDialogs() {
  ["dialog-host", "again-host"].forEach((id) => openIn(document.getElementById(id)));
}

function openIn(host) {
  if (!host || !host.firstElementChild) return;
  if (!host.querySelector("dialog")) {
    const frame = document.createElement("dialog");
    frame.className = "pp-dialog";
    frame.append(...host.childNodes);
    host.append(frame);
  }
  host.querySelectorAll("dialog:not([open])").forEach((dialog) => {
    const opener = document.activeElement;
    dialog.showModal();
    dialog.addEventListener("close", () => {
      dialog.remove();
      if (opener?.isConnected) opener.focus();
    });
  });
}

export function closeDialogs() {
  document.querySelectorAll("dialog[open]").forEach((dialog) => dialog.close());
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog-open]");
  if (opener) document.querySelector(opener.dataset.dialogOpen)?.showModal();
  const closer = event.target.closest("[data-dialog-close]");
  if (closer) closer.closest("dialog")?.close();
  const info = event.target.closest("[data-popover]");
  if (info) togglePopover(info);
  closeLayers(event.target);
});

function togglePopover(button) {
  const panel = document.querySelector(button.dataset.popover);
  if (!panel) return;
  panel.hidden = !panel.hidden;
  button.setAttribute("aria-expanded", String(!panel.hidden));
  if (!panel.hidden) {
    panel.dataset.opener = button.dataset.popover;
    place(panel, button);
    panel.focus({ preventScroll: true });
  }
}

/* Below its button, inside the window's width. */
function place(panel, button) {
  const ground = (panel.offsetParent || document.body).getBoundingClientRect();
  const at = button.getBoundingClientRect();
  const most = window.innerWidth - panel.offsetWidth - 16;
  panel.style.right = "auto";
  panel.style.left = `${Math.max(16, Math.min(at.left - 24, most)) - ground.left}px`;
  panel.style.top = `${at.bottom + 6 - ground.top}px`;
}

/* Menus and popovers close when the work goes on elsewhere. */
function closeLayers(inside) {
  document.querySelectorAll("details.pp-menu[open]").forEach((menu) => {
    if (!inside || !menu.contains(inside)) menu.open = false;
  });
  document.querySelectorAll(".pp-pop[data-opener]:not([hidden])").forEach((panel) => {
    const button = document.querySelector(`[data-popover="${panel.dataset.opener}"]`);
    if (inside && (panel.contains(inside) || button?.contains(inside))) return;
    panel.hidden = true;
    button?.setAttribute("aria-expanded", "false");
    if (!inside) button?.focus();
  });
}

/* True when there was something to close. */
export function closeTopLayer() {
  const menu = document.querySelector("details.pp-menu[open]");
  const panel = document.querySelector(".pp-pop[data-opener]:not([hidden])");
  if (!menu && !panel) return false;
  closeLayers(null);
  menu?.querySelector("summary").focus();
  return true;
}

openDialogs();
