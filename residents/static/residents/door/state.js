/* What this page knows: today's dwellings, the answers that wait, and how things stand. */
import { isUsable, lock, open, seal, unlock } from "./vault.js";
import * as store from "./store.js";

/* phase: loading, open, locked (no key here), over (the day's list has expired). */
export const state = {
  phase: "loading", owner: "", day: "", until: 0, head: {}, stops: [], synced: [], items: [],
  waits: 0, others: 0, token: "", isEnded: false, isOffline: false, isFailing: false, isForbidden: false, syncedAt: 0,
};
const listeners = [];

export const onChange = (listener) => listeners.push(listener);
export const changed = () => listeners.forEach((listener) => listener());

export const itemOf = (id) => state.items.find((item) => item.dwelling === id);
export const stopOf = (id) => state.stops.find((stop) => stop.id === id);
export const labelOf = (stop) => `${stop.building} ${stop.room}`;

/* What somebody sees of a dwelling: open, wait (not sent), solve (to be decided), done. */
export function standing(stop) {
  const item = itemOf(stop.id);
  if (item) return item.state === "waiting" ? "wait" : "solve";
  return stop.done ? "done" : "open";
}

/* The server's list with its keys takes the place of whatever was here. */
export async function adopt(told) {
  await unlock(told);
  Object.assign(state, {
    phase: "open", owner: told.owner, day: told.day, token: told.token, stops: told.stops,
    until: Date.now() + told.seconds * 1000, isEnded: false, isForbidden: false,
    head: { name: told.name, role: told.role, unit: told.unit, patch: told.patch, people: told.people, fresh: told.fresh },
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
  await store.putList(await seal("list", { day, head, stops, synced }, "list"));
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

/* One answer per dwelling waits: a newer one takes the place of the one before. */
export async function enqueue(stop, answer) {
  const before = itemOf(stop.id);
  const item = {
    key: crypto.randomUUID(), dwelling: stop.id, label: labelOf(stop), occupancy: stop.occupancy, answer,
    at: Date.now(), state: "waiting", take: "",
  };
  await keepItem(item);
  state.items.push(item);
  if (before) await dropItem(before);
  changed();
}

export async function keepItem(item) {
  if (isUsable) await store.putAnswer({ ...await seal(item.key, item), at: item.at });
}

export async function dropItem(item) {
  state.items = state.items.filter((each) => each !== item);
  if (isUsable) await store.dropAnswer(item.key);
}

/* The dwelling as the server has it now. */
export function replaceStop(fresh) {
  state.stops = state.stops.map((stop) => (stop.id === fresh.id ? { ...fresh, faults: fresh.faults } : stop));
}

export async function settle(item, fresh) {
  replaceStop(fresh);
  state.synced = [{ label: item.label, answer: item.answer, occupancy: item.occupancy, at: Date.now() }, ...state.synced];
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
