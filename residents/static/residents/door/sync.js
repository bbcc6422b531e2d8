/* Fetching today's list and sending what waits: each answer once for its key, however often. */
import { kind } from "./kind.js";
import { places } from "./page.js";
import { adopt, changed, countAnswers, keepItem, purge, settle, state } from "./state.js";
import * as store from "./store.js";

const PATIENCE_MS = 8000;
const PAUSES_MS = [5000, 30000, 120000];
const SERVER_ERROR = 500;
let failures = 0;
let timer = 0;
let isPushing = false;

/* kind: told (status, data), ended (log in again), busy (the server cannot now), gone (no network). */
async function ask(url, options = {}) {
  try {
    const answer = await fetch(url, {
      redirect: "manual", cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS), ...options,
    });
    if (answer.type === "opaqueredirect" || answer.status === 401) return { kind: "ended" };
    if (answer.status >= SERVER_ERROR || answer.status === 429) return { kind: "busy" };
    const isJson = (answer.headers.get("Content-Type") || "").startsWith("application/json");
    return { kind: "told", status: answer.status, data: isJson ? await answer.json() : null };
  } catch (error) {
    return { kind: "gone", isSlow: error.name === "TimeoutError" };
  }
}

function succeeded() {
  failures = 0;
  clearTimeout(timer);
  Object.assign(state, { isOffline: false, isFailing: false });
}

/* 5 s, 30 s, 2 min, then when the network says that it is back. */
function failed(told, again) {
  failures += 1;
  state.isOffline = told.kind === "gone" && (!navigator.onLine || failures > 1 || Boolean(told.isSlow));
  state.isFailing = told.kind === "busy";
  clearTimeout(timer);
  const pause = PAUSES_MS[failures - 1];
  if (pause) timer = setTimeout(again, pause);
  changed();
}

async function ended() {
  state.isEnded = true;
  await store.dropList();
  if (state.phase === "open") changed();
  else await purge("locked");
}

/* Today's list anew; what waits is sent first, so that the list knows of it. */
export async function refresh() {
  if (state.phase === "open") await push();
  const told = await ask(places.today);
  if (told.kind === "ended") return ended();
  if (told.status === 403) {
    state.isForbidden = true;
    return purge("locked");
  }
  if (!told.data?.stops) {
    if (state.phase !== "open") {
      state.phase = state.phase === "over" ? "over" : "locked";
      await countAnswers();
    }
    return failed(told, retry);
  }
  succeeded();
  await adopt(told.data);
  changed();
  return push();
}

export async function push() {
  if (isPushing || state.phase !== "open" || !waiting().length) return;
  isPushing = true;
  try {
    await (navigator.locks ? navigator.locks.request(`pp-${places.kind}`, sendAll) : sendAll());
  } finally {
    isPushing = false;
  }
}

const waiting = () => state.items.filter((item) => item.state === "waiting");

async function sendAll() {
  const live = await ask(places.keys);
  if (live.kind === "ended") return ended();
  if (live.status === 403 || !live.data?.owner) {
    state.isForbidden = live.status === 403;
    return failed(live, push);
  }
  if (live.data.owner !== state.owner) return purge("locked").then(refresh); // another post or person
  Object.assign(state, { token: live.data.token, isEnded: false });
  for (const item of waiting()) {
    if (!state.items.includes(item)) continue; // a newer answer has taken its place
    const told = await send(item);
    if (told.kind === "ended") return ended();
    if (!await heard(item, told)) return failed(told, push);
    succeeded();
    changed();
  }
  return succeeded();
}

function send(item) {
  const age = Math.max(0, Math.round((Date.now() - item.at) / 1000));
  return ask(`${places.home}${item.dwelling}/${kind.partOf(item)}/`, {
    method: "POST", headers: { "X-CSRFToken": state.token, "Idempotency-Key": item.key },
    body: new URLSearchParams({ age, ...kind.told(item) }),
  });
}

/* False when it is not known what became of the answer: it will be sent again under its key. */
async function heard(item, { status, data }) {
  if (status === 200 && data?.taken === item.key) {
    await settle(item, data.stop);
    return true;
  }
  if (status === 409 && data) Object.assign(item, { state: "conflict", conflict: data });
  else if (status === 404) Object.assign(item, { state: "refused", reason: "gone", problems: [] });
  else if ((status === 422 || status === 400) && data) Object.assign(item, { state: "refused", message: data.detail, problems: data.problems });
  else return false;
  await keepItem(item);
  return true;
}

export function retry() {
  return state.phase === "open" && !state.isEnded ? push() : refresh();
}

/* The clock and the network: an expired list goes, what waits is tried again. */
export function watch() {
  const look = () => {
    if (state.phase === "open" && Date.now() > state.until) purge("over").then(refresh);
  };
  setInterval(look, 30000);
  window.addEventListener("online", () => { failures = 0; state.isOffline = false; changed(); retry(); });
  window.addEventListener("offline", () => { state.isOffline = true; changed(); });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") { look(); retry(); }
  });
}

/* Ends the session; false without a network. */
export async function leave() {
  const live = await ask(places.keys);
  if (live.kind === "ended") return true;
  if (!live.data?.token) return false;
  const told = await ask(places.logout, { method: "POST", headers: { "X-CSRFToken": live.data.token } });
  return told.kind === "ended";
}
