/* Today's list: by building in walking order, from the top floor down or from the ground up. */
import { byId, clone, element, note, say } from "./page.js";
import { itemOf, standing, state } from "./state.js";

const counted = (members, of) => members.filter((each) => each.state === of).length;

/* An answer in a few words. */
export function summary({ outcome, members }) {
  if (outcome !== "met") return say(`out_${outcome}`);
  const parts = ["here", "changed", "left"].map((of) => [of, counted(members, of)]).filter(([, n]) => n);
  if (parts.length === 1 && parts[0][0] === "here") return say("out_unchanged");
  return parts.map(([of, n]) => say(`sum_${of}`, { n })).join("　");
}

let isDown = true;
const MARKS = { open: "t-mark-open", wait: "t-mark-wait", solve: "t-mark-solve", done: "t-mark-done" };
const RANK = { solve: 0, open: 0, wait: 1, done: 1 };

function walking(one, other) {
  if (one.order !== other.order) return one.order < other.order ? -1 : 1;
  const floors = one.floor - other.floor;
  return (isDown ? -floors : floors) || one.position - other.position || one.room.localeCompare(other.room, "zh");
}

/* In walking order; what is done moves behind the rest of its building. */
export function inOrder() {
  return [...state.stops].sort((one, other) => (one.order === other.order
    && RANK[standing(one)] - RANK[standing(other)]) || walking(one, other));
}

/* The next dwelling that waits for a visit, from `stop` on and then from the beginning. */
export function nextAfter(stop) {
  const all = [...state.stops].sort(walking);
  const place = all.findIndex((each) => each.id === stop.id);
  return [...all.slice(place + 1), ...all.slice(0, place)].find((each) => standing(each) === "open");
}

function wanted(stop) {
  const typed = byId("q").value.trim();
  const reason = byId("reason").value;
  if (typed && !`${stop.building}${stop.room} ${stop.place}`.includes(typed.replace(/室$/, ""))) return false;
  if (reason === "first") return !stop.checked;
  if (reason === "due") return (stop.checked && stop.overdue !== null) || asked(stop).length > 0;
  if (reason === "faults") return stop.faults > 0;
  return reason !== "open" || standing(stop) === "open";
}

export function showList() {
  const all = state.stops;
  const done = all.filter((stop) => ["wait", "done"].includes(standing(stop))).length;
  byId("progress-text").textContent = say("progress", { done, all: all.length });
  const { people = 0, fresh = 0 } = state.head;
  const share = people ? (100 * fresh / people).toFixed(1) : "—";
  byId("mine-text").textContent = say("mine", { people: people.toLocaleString("zh-CN"), share });
  Object.assign(byId("progress"), { max: Math.max(1, all.length), value: done });
  const found = inOrder().filter(wanted);
  byId("stops").replaceChildren(...(found.length ? groups(found) : [emptiness()]));
}

function emptiness() {
  return state.stops.length ? note(say("none_found")) : note(say("none_today"), say("none_today_hint"));
}

function groups(found) {
  const made = [];
  let order = null;
  for (const stop of found) {
    if (stop.order !== order) made.push(head(stop, found, order === null));
    order = stop.order;
    made.push(row(stop));
  }
  if (state.stops.every((stop) => standing(stop) !== "open")) made.push(note(say("all_done")));
  return made;
}

function head(stop, found, isFirst) {
  const made = clone("t-group");
  const [name, left, order] = made.children;
  name.textContent = stop.building;
  const open = found.filter((each) => each.order === stop.order && standing(each) === "open").length;
  left.textContent = say("left_n", { n: open });
  order.hidden = !isFirst;
  order.firstElementChild.textContent = say(isDown ? "down" : "up");
  order.addEventListener("click", () => { isDown = !isDown; showList(); byId("stops").querySelector(".door-order").focus(); });
  return made;
}

function row(stop) {
  const made = clone("t-stop");
  const is = standing(stop);
  made.href = `#d/${stop.id}`;
  made.classList.toggle("is-done", is === "done" || is === "wait");
  made.querySelector(".door-room").textContent = stop.room;
  const [facts, why] = made.querySelectorAll(".door-line");
  if (stop.members.length) {
    facts.append(element("span", "", stop.occupancy), element("span", "", say("people_n", { n: stop.members.length })));
  } else {
    facts.append(element("span", "", stop.checked ? stop.occupancy : say("nobody_yet")));
  }
  if (stop.faults) facts.append(element("span", "pp-danger", say("faults_n", { n: stop.faults })));
  why.append(...reason(stop, is));
  if (is === "open") why.append(...asked(stop).map((task) => element("span", "", task)));
  const mark = made.querySelector(".door-mark");
  mark.append(clone(MARKS[is]));
  if (is === "wait" || is === "solve") mark.append(say(is === "wait" ? "wait" : "to_solve"));
  else if (is === "done") mark.append(element("span", "visually-hidden", say("done")));
  return made;
}

/* What was asked for by hand; a list that was taken before this was told has none. */
function asked(stop) {
  return stop.tasks ?? [];
}

function reason(stop, is) {
  if (is === "done") return [element("span", "", say(`out_${stop.done}`))];
  if (is === "wait" || is === "solve") return [element("span", "", summary(itemOf(stop.id).answer))];
  if (!stop.checked) return [element("span", "", say("first"))];
  if (stop.overdue === null) return [];
  if (stop.overdue < 0) return [element("span", "", say("due_in", { n: -stop.overdue }))];
  const late = stop.overdue > 0;
  return [
    element("span", "", say("due")),
    element("span", late ? "pp-danger" : "", late ? say("overdue", { n: stop.overdue }) : say("due_today")),
  ];
}

/* The field that narrows the list opens and closes from the head. */
export function watchSearch() {
  byId("find").addEventListener("click", () => {
    const search = byId("search");
    search.hidden = !search.hidden;
    byId("find").setAttribute("aria-expanded", String(!search.hidden));
    if (search.hidden) { byId("q").value = byId("reason").value = ""; showList(); } else byId("q").focus();
  });
  byId("search").addEventListener("submit", (event) => event.preventDefault());
  byId("q").addEventListener("input", showList);
  byId("reason").addEventListener("change", showList);
}
