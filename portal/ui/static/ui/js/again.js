/* A request that the server did not take because somebody has to prove who they are: the question
   opens over the page, which stays as it is, and the request is sent again afterwards. */
import { toast } from "./overlays.js";

let waiting = null;

function hostOf() {
  let host = document.getElementById("again-host");
  if (host) return host;
  host = document.createElement("div");
  host.id = "again-host";
  document.body.append(host);
  return host;
}

/* Puts the question into its own place; true when the answer is one. */
export function asksWho(event) {
  const { xhr, requestConfig } = event.detail;
  const token = xhr.getResponseHeader("X-Token");
  if (token) {
    event.detail.shouldSwap = false;
    takeToken(token);
    sendAgain(requestConfig);
    return true;
  }
  if (xhr.status !== 401 || !xhr.responseText.includes("<dialog")) return false;
  const host = hostOf();
  if (!host.contains(requestConfig.elt)) {
    if (host.querySelector("dialog[open]")) { event.detail.shouldSwap = false; return true; }
    waiting = requestConfig;
  }
  event.detail.target = host;
  event.detail.swapOverride = "innerHTML";
  return true;
}

function sendAgain({ verb, path, elt, target, triggeringEvent }) {
  const button = triggeringEvent?.submitter;
  const values = button?.name ? { [button.name]: button.value } : {};
  if (elt.isConnected) window.htmx.ajax(verb.toUpperCase(), path, { source: elt, target, values });
}

function close() {
  hostOf().querySelectorAll("dialog").forEach((dialog) => dialog.close());
}

/* A new login has a new token; every form of this page takes it over. */
function takeToken(token) {
  document.body.setAttribute("hx-headers", JSON.stringify({ "X-CSRFToken": token }));
  document.querySelectorAll("[name=csrfmiddlewaretoken]").forEach((field) => { field.value = token; });
}

document.addEventListener("pp:proved", (event) => {
  if (event.detail?.token) takeToken(event.detail.token);
  const request = waiting;
  waiting = null;
  close();
  if (request) sendAgain(request);
  else toast({ text: "已重新登录，可以继续" });
});
