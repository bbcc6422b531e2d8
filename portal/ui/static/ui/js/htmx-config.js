/* What HTMX needs to know about this product: input methods, busy buttons, failures, focus. */
import { toast, openDialogs, closeDialogs } from "./overlays.js";
import { asksWho } from "./again.js";

/* Input methods: letters of an unfinished word are no input. One `input` follows the finished word. */
document.addEventListener("input", (event) => {
  if (event.isComposing) event.stopImmediatePropagation();
}, true);
document.addEventListener("compositionend", (event) => {
  event.target.dispatchEvent(new Event("input", { bubbles: true }));
});

/* A button that works is busy until the answer is there; a second press does nothing. */
function busyButton(element, submitter) {
  if (submitter?.classList.contains("pp-btn")) return submitter;
  if (element.classList?.contains("pp-btn")) return element;
  return element.matches?.("form") ? element.querySelector(".pp-btn-primary:not([type=button])") : null;
}
document.addEventListener("submit", (event) => {
  const button = busyButton(event.target, event.submitter);
  if (!button || event.defaultPrevented) return;
  if (button.dataset.busy) { event.preventDefault(); return; }
  // After the browser has read the form, so that the button's own value is sent.
  window.setTimeout(() => { button.dataset.busy = "1"; }, 0);
});
document.addEventListener("htmx:beforeRequest", (event) => {
  const button = busyButton(event.detail.elt, event.detail.requestConfig?.triggeringEvent?.submitter);
  if (!button) return;
  button.dataset.busy = "1";
  event.detail.xhr.addEventListener("loadend", () => { delete button.dataset.busy; });
});
window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  document.querySelectorAll("[data-busy]").forEach((button) => delete button.dataset.busy);
});

/* Answers that are not 2xx. */
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr } = event.detail;
  if (asksWho(event)) return;
  if (xhr.status === 401) {
    event.detail.shouldSwap = false;
    window.location.reload();
    return;
  }
  // A whole page in place of a fragment (somebody logged out elsewhere): show it as a page.
  if (xhr.status < 400 && /^\s*<!doctype/i.test(xhr.responseText) && event.detail.target !== document.body) {
    event.detail.shouldSwap = false;
    window.location.assign(xhr.responseURL || window.location.href);
  }
});
document.addEventListener("htmx:responseError", (event) => {
  const { xhr } = event.detail;
  if (xhr.status < 500) return;
  const number = xhr.getResponseHeader("X-Request-ID");
  toast({ text: `没有取到，你填写的内容不受影响${number ? `（问题编号 ${number}）` : ""}`, error: true });
});
document.addEventListener("htmx:sendError", () => {
  toast({ text: "没有连上服务，你填写的内容还在本页", error: true });
});
document.addEventListener("htmx:timeout", () => {
  toast({ text: "15 秒没有响应，请再试一次", error: true });
});

const offlineBar = document.getElementById("offline-bar");
function showLine() {
  if (offlineBar) offlineBar.hidden = navigator.onLine;
}
window.addEventListener("online", showLine);
window.addEventListener("offline", showLine);
showLine();

/* After a swap: dialogs open, errors get the focus, the list says that it is busy. */
document.addEventListener("htmx:afterSettle", (event) => {
  openDialogs();
  const target = event.detail.elt;
  const wanted = target.querySelector?.("[data-error-summary], [autofocus]");
  if (wanted) wanted.focus();
});
document.addEventListener("htmx:beforeRequest", (event) => {
  event.detail.target?.setAttribute?.("aria-busy", "true");
});
document.addEventListener("htmx:afterRequest", (event) => {
  event.detail.target?.removeAttribute?.("aria-busy");
});

document.addEventListener("pp:toast", (event) => toast(event.detail));
document.addEventListener("pp:close", () => closeDialogs());
