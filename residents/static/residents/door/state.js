/* What this page knows: today's doors, the answers that wait, and how things stand. */
import { isUsable, lock, open, seal, unlock } from "./vault.js";
import { kind } from "./kind.js";
import * as store from "./store.js";

/* phase: loading, open, locked (no key here), over (the day's list has expired). */
export const state = {
  phase: "loading", owner: "", day: "", until: 0, head: {}, stops: [], synced: [], items: [],
  waits: 0, others: 0, token: "", isEnded: false, isOffline: false, isFailing: false, isForbidden: false, syncedAt: 0,
};
const listeners = [];

export const onChange = (listener) => listeners.push(listener);
export const changed = () => listeners.forEach((listener) => listener());

export const itemOf = (id) => state.items.findLast((item) => item.dwelling === id);
export const stopOf = (id) => [...state.stops, ...(state.head.walks || [])].find((stop) => stop.id === id);

/* What somebody sees of a dwelling: open, wait (not sent), solve (to be decided), done. */
export function standing(stop) {
  const item = itemOf(stop.id);
  if (item) return item.state === "waiting" ? "wait" : "solve";
  return stop.done ? "done" : "open";
}

/* The server's list with its keys takes the place of whatever was here. */
export async function adopt(told) {
  await unlock(told);
  const { owner, day, token, stops, seconds, list, queue, ...head } = told;
  Object.assign(state, {
    phase: "open", owner, day, token, stops, head, until: Date.now() + seconds * 1000,
    isEnded: false, isForbidden: false,
  });
  const before = await store.readList();
  const kept = before && await open(before);
  state.synced = kept && kept.day === told.day ? kept.synced : [];
  state.syncedAt = Date.now();
  await keepList();
  await loadAnswers();
}

export async function keepList() {
  if (!isUsable || state.isEnded) return;
  const { day, head, stops, synced } = state;
  await store.putList(await seal(store.place, { day, head, stops, synced }, "list"));
}

async function loadAnswers() {
  const records = await store.answers();
  const found = await Promise.all(records.map(open));
  if (isUsable) state.items = found.filter(Boolean).sort((one, other) => one.at - other.at);
  state.others = records.length - state.items.length;
}

/* How many answers wait although nobody can read them here now. */
export async function countAnswers() {
  state.waits = (await store.answers()).length;
}

/* One answer per door waits: a newer one takes the place of the one before. Of calls that all count
   each waits, but for one that was refused and is told anew: the last one, where a form does not say
   which it has mended. */
export async function enqueue(stop, answer, before = itemOf(stop.id)) {
  const item = {
    key: crypto.randomUUID(), dwelling: stop.id, label: kind.labelOf(stop), facts: kind.factsOf(stop), answer,
    at: Date.now(), state: "waiting", take: "",
  };
  await keepItem(item);
  state.items.push(item);
  if (before && !(kind.keepsAll && before.state === "waiting")) await dropItem(before);
  changed();
}

export async function keepItem(item) {
  if (isUsable) await store.putAnswer({ ...await seal(item.key, item), at: item.at });
}

export async function dropItem(item) {
  state.items = state.items.filter((each) => each !== item);
  if (isUsable) await store.dropAnswer(item.key);
}

/* The door as the server has it now; nothing where it has been taken back. */
export function replaceStop(fresh) {
  state.stops = state.stops.map((stop) => (stop.id === fresh?.id ? fresh : stop));
}

export async function settle(item, fresh) {
  replaceStop(fresh);
  state.synced = [{ label: item.label, answer: item.answer, facts: item.facts, at: Date.now() }, ...state.synced];
  state.syncedAt = Date.now();
  await dropItem(item);
  await keepList();
}

/* Today's list leaves the phone, and this page's memory; what waits stays sealed. */
export async function purge(phase) {
  await store.dropList();
  lock();
  Object.assign(state, { phase, stops: [], items: [], synced: [], head: {}, token: "", owner: "" });
  await countAnswers();
  changed();
}

/* Everything of this person leaves the phone. */
export async function forgetAll() {
  for (const item of [...state.items]) await dropItem(item);
  await purge("locked");
}
