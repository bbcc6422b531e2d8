/* The frame of pages at a door: one page, so that its keys live as long as it does. Screens are told
   by the address behind the hash: #list, #d/<door>, #queue, #me. */
import { be, kind } from "./kind.js";
import { byId, button, note, places, say } from "./page.js";
import { onChange, state, stopOf } from "./state.js";
import { showMe, showQueue } from "./queue.js";
import { refresh, retry, watch } from "./sync.js";
import { isUsable } from "./vault.js";

const SCREENS = ["wait", "list", "form", "queue", "me"];
let shown = "";

function asked() {
  const [name, id] = window.location.hash.slice(1).split("/");
  if (name === "me") return ["me"];
  if (state.phase !== "open") return ["wait"];
  if (name === "d" && stopOf(id)) return ["form", id];
  return [name === "queue" ? "queue" : "list"];
}

/* A form is drawn when it is opened, not when something else has changed under it. */
function show({ isChange = false } = {}) {
  const [screen, id] = asked();
  const address = `${screen}/${id || ""}`;
  const isSame = address === shown;
  for (const name of SCREENS) byId(`screen-${name}`).hidden = name !== screen;
  byId("back").hidden = byId("foot").hidden = screen !== "form";
  byId("tabs").hidden = screen === "form";
  if (byId("find")) byId("find").hidden = screen !== "list";
  for (const tab of byId("tabs").children) {
    const isOn = tab.dataset.tab === (screen === "wait" ? "list" : screen);
    if (isOn) tab.setAttribute("aria-current", "page"); else tab.removeAttribute("aria-current");
  }
  if (screen === "wait") showWait();
  if (screen === "list") kind.showList();
  if (screen === "queue") showQueue();
  if (screen === "me") showMe();
  if (screen === "form" && !(isChange && isSame)) kind.showForm(id);
  shown = address;
  head(screen, id);
  bar(screen);
  if (!isSame) window.scrollTo(0, 0);
}

function head(screen, id) {
  const now = new Date();
  const day = say("weekday", { day: say("weekdays")[now.getDay()] });
  byId("title").textContent = screen === "form" ? say("room", { room: kind.labelOf(stopOf(id)) })
    : say({ queue: "title_queue", me: "title_me" }[screen] || "title_list");
  byId("subtitle").textContent = screen === "form" || screen === "me" ? ""
    : screen === "queue" && state.syncedAt ? say("last_sync", { at: new Date(state.syncedAt).toTimeString().slice(0, 5) })
      : `${String(now.getMonth() + 1).padStart(2, "0")}-${String(now.getDate()).padStart(2, "0")} ${day}`;
  byId("subtitle").classList.toggle("pp-push", screen === "queue");
  const n = state.phase === "open" ? state.items.length : state.waits;
  byId("bubble").hidden = !n;
  byId("bubble").textContent = String(n);
}

/* One bar at most: what it says, what can be done about it. */
function bar(screen) {
  const told = trouble(screen);
  byId("bar").hidden = !told;
  if (!told) return;
  const [text, act, does] = told;
  byId("bar-text").textContent = text;
  byId("bar-act").textContent = act;
  byId("bar-act").onclick = does;
}

function trouble(screen) {
  const n = state.items.length;
  if (state.isEnded) return [say("ended"), say("again"), login];
  if (state.isForbidden) return [say("forbidden"), say("retry"), retry];
  if (state.isOffline || !navigator.onLine) {
    if (!n || screen === "queue") return [say(n ? "offline_queue" : "offline"), say("retry"), retry];
    return [say("offline"), say("waiting_n", { n }), () => { window.location.hash = "#queue"; }];
  }
  if (state.isFailing) return [say("failed"), say("retry"), retry];
  return !isUsable && n ? [say("memory_only"), say("retry"), retry] : null;
}

const login = () => window.location.assign(`${places.login}?next=${encodeURIComponent(places.home)}`);

function showWait() {
  if (state.phase === "loading") { byId("screen-wait").replaceChildren(note(say("loading"))); return; }
  const isOver = state.phase === "over";
  const made = note(say(isOver ? "over" : "locked"), say(isOver ? "over_hint" : "locked_hint"),
    state.isEnded ? button(say("again"), login, "pp-btn pp-btn-primary") : button(say("fetch"), refresh, "pp-btn pp-btn-primary"));
  if (state.waits) made.insertBefore(note("", say("locked_queue", { n: state.waits })).lastChild, made.lastChild);
  byId("screen-wait").replaceChildren(made);
}

/* Begin, as the kind of page that is told. */
export function start(given) {
  be(given);
  byId("back").addEventListener("click", () => { window.location.hash = "#list"; });
  window.addEventListener("hashchange", () => show());
  onChange(() => show({ isChange: true }));
  if ("serviceWorker" in navigator) navigator.serviceWorker.register(places.worker, { scope: places.home, type: "classic" });
  watch();
  show();
  refresh();
}
