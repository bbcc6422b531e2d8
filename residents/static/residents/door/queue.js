/* What waits, what must be decided, what has been sent today; and one's own corner. */
import { kind } from "./kind.js";
import { byId, button, clock, clone, element, note, places, say } from "./page.js";
import { changed, dropItem, forgetAll, keepItem, keepList, replaceStop, state } from "./state.js";
import { leave, push, refresh } from "./sync.js";

export function showQueue() {
  const solve = state.items.filter((item) => item.state !== "waiting");
  const waits = state.items.filter((item) => item.state === "waiting");
  const parts = [];
  if (solve.length) parts.push(heading(say("solve_n", { n: solve.length })), ...solve.map(card));
  if (waits.length) parts.push(heading(say("waiting_count", { n: waits.length })), ...waits.map((item) => line(item, "t-mark-clock", say("waits"))));
  if (!state.items.length) parts.push(note(say("nothing_waits")));
  if (state.synced.length) parts.push(heading(say("synced_n", { n: state.synced.length })), ...state.synced.map((done) => line(done, "t-mark-done", "")));
  byId("screen-queue").replaceChildren(...parts, clone("t-rule"));
}

const heading = (text) => element("h2", "door-group", text);

function line(item, mark, text) {
  const made = element("div", "door-stop");
  const what = element("span", "door-what");
  what.append(element("span", "door-line", say("room", { room: item.label })));
  what.append(element("span", "door-line pp-2", [item.facts, kind.summary(item.answer), clock(item.at)].filter(Boolean).join("　")));
  const side = element("span", "door-mark pp-push");
  side.append(clone(mark), text);
  made.append(what, side);
  return made;
}

function card(item) {
  const made = clone("t-problem");
  const isConflict = item.state === "conflict";
  made.querySelector(".door-title").textContent = say("room", { room: item.label });
  made.querySelector(".pp-tag").textContent = say(item.state);
  made.querySelector("[data-at]").textContent = clock(item.at);
  made.querySelector("[data-text]").textContent = isConflict ? say("changed_by", item.conflict) : item.message || say(item.reason);
  const acts = isConflict
    ? [button(say("use_theirs"), () => useTheirs(item)), button(say("use_mine"), () => useMine(item), "pp-btn door-mine")]
    : [button(say("drop"), () => drop(item)), button(say("edit"), () => { window.location.hash = `#d/${item.dwelling}`; }, "pp-btn door-mine")];
  if (item.reason === "gone") acts.pop();
  made.querySelector(".door-pair").append(...acts);
  if (isConflict) made.querySelector("[data-fields]").append(...item.conflict.fields.map(both));
  return made;
}

function both({ who, label, mine, theirs }) {
  const made = clone("t-both");
  made.querySelector("caption").textContent = say("group", { who, label });
  const [mineCell, theirsCell] = made.querySelectorAll("td");
  mineCell.textContent = mine;
  theirsCell.textContent = theirs;
  return made;
}

/* The answer stands, now against the household as it is in the register. */
async function useMine(item) {
  renew(item);
  await sendAgain(item);
}

/* What others wrote stands: those fields say nothing any more; somebody new is asked for first. */
async function useTheirs(item) {
  const rows = item.conflict.fields.map((field) => field.row);
  for (const member of item.answer.members) {
    if (rows.includes(member.id)) Object.assign(member, { state: "here", told: {} });
  }
  renew(item);
  if (rows.includes("dwelling")) {
    Object.assign(item, { state: "refused", message: say("asks_newcomers"), problems: [], take: "" });
    delete item.conflict;
    await keepItem(item);
    window.location.hash = `#d/${item.dwelling}`;
    return;
  }
  await sendAgain(item);
}

function renew(item) {
  const fresh = item.conflict.stop;
  const versions = new Map(fresh.members.map(({ id, version }) => [id, version]));
  for (const member of item.answer.members) member.version = versions.get(member.id) || member.version;
  replaceStop(fresh);
}

async function sendAgain(item) {
  Object.assign(item, { state: "waiting", take: "mine" });
  delete item.conflict;
  await keepItem(item);
  await keepList();
  changed();
  push();
}

async function drop(item) {
  if (!window.confirm(say("drop_sure"))) return;
  await dropItem(item);
  changed();
}

export function showMe() {
  const made = clone("t-me");
  const put = (name, text) => { made.querySelector(`[data-${name}]`).textContent = text; };
  const { name = "", role = "", unit = "", patch } = state.head;
  put("name", name);
  put("post", `${unit}　${role}`);
  if (made.querySelector("[data-patch]")) put("patch", patch === undefined ? "—" : say(patch ? "patch" : "whole"));
  put("stops", say("stops_n", { n: state.stops.length }));
  put("waits", say("stops_n", { n: state.phase === "open" ? state.items.length : state.waits }));
  put("synced", state.syncedAt ? clock(state.syncedAt) : "—");
  made.firstElementChild.hidden = !name;
  const others = made.querySelector("[data-others]");
  others.hidden = !state.others;
  others.textContent = say("others_queue", { n: state.others });
  made.querySelector("[data-refresh]").addEventListener("click", refresh);
  made.querySelector("[data-leave]").addEventListener("click", goAway);
  byId("screen-me").replaceChildren(made, clone("t-rule"));
}

/* Logging out takes everything along: what waits is sent first, or given up knowingly. */
async function goAway() {
  await push();
  const n = state.items.length;
  if (n && !window.confirm(say("leave_sure", { n }))) return;
  if (!await leave()) { window.alert(say("leave_offline")); return; }
  kind.forget();
  await forgetAll().catch(() => {}); // the answer to logging out has emptied the store already
  window.location.assign(places.login);
}
