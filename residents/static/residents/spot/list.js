/* Today's doors in walking order: those still to call at, then those that are done. */
import { byId, clone, element, note, say } from "../door/page.js";
import { itemOf, state } from "../door/state.js";
import { isOver, titleOf, waitingAt, whatOf } from "./asks.js";

export const labelOf = (stop) => (stop.kind === "walk" ? say("walk") : `${stop.number}　${stop.place}`);

/* An answer in a few words. */
export function summary({ outcome, people, near, place, what }) {
  if (near) return `${whatOf(what)}　${place}`;
  return people.length > 1 ? `${titleOf(outcome)} ${say("people_n", { n: people.length })}` : titleOf(outcome);
}

/* The next door on the way that nobody has called at. */
export function nextAfter(stop) {
  return state.stops.find((each) => each.round === stop.round && each.number > stop.number
    && !each.calls.length && !waitingAt(each).length);
}

export function showList() {
  const done = state.stops.filter(isOver);
  const open = state.stops.filter((stop) => !isOver(stop));
  byId("progress-text").textContent = say("progress", { done: done.length, all: state.stops.length });
  byId("until-text").textContent = state.head.until ? say("until", { day: state.head.until }) : "";
  Object.assign(byId("progress"), { max: Math.max(1, state.stops.length), value: done.length });
  const walks = (state.head.walks || []).map(walkRow);
  const rows = [...open.map(row), ...walks, ...(done.length ? [element("h2", "door-group", say("done_n", { n: done.length }))] : []), ...done.map(row)];
  byId("stops").replaceChildren(...(rows.length ? rows : [note(say("none_today"), say("none_today_hint"))]));
}

function row(stop) {
  const made = clone("t-stop");
  const item = itemOf(stop.id);
  const refused = item && item.state !== "waiting";
  const over = isOver(stop) && !refused;
  if (over) made.classList.add("is-done"); else made.href = `#d/${stop.id}`;
  made.classList.add("sp-stop");
  made.querySelector(".door-room").textContent = stop.number;
  const [place, why] = made.querySelectorAll(".door-line");
  place.textContent = stop.place;
  why.append(...reason(stop, item, over));
  const mark = made.querySelector(".door-mark");
  mark.append(clone(item ? (refused ? "t-mark-solve" : "t-mark-wait") : over ? "t-mark-done" : "t-mark-open"));
  if (item) mark.append(say(refused ? "to_solve" : "wait"));
  else if (over) mark.append(element("span", "visually-hidden", say("done")));
  return made;
}

/* Along the blocks: what the list lacks. */
function walkRow(walk) {
  const made = clone("t-stop");
  const told = state.items.filter((item) => item.dwelling === walk.id);
  const refused = told.some((item) => item.state !== "waiting");
  made.href = `#d/${walk.id}`;
  made.querySelector(".door-room").remove(); // it has no number of its own
  const [title, hint] = made.querySelectorAll(".door-line");
  title.textContent = say("walk");
  hint.textContent = told.length ? told.map((item) => summary(item.answer)).join("；") : say("walk_hint");
  const mark = made.querySelector(".door-mark");
  mark.append(clone(refused ? "t-mark-solve" : told.length ? "t-mark-wait" : "t-mark-open"));
  if (told.length) mark.append(say(refused ? "to_solve" : "wait"));
  return made;
}

function reason(stop, item, over) {
  const parts = stop.name ? [element("span", "", stop.name)] : [];
  if (item) return [...parts, element("span", "", summary(item.answer))];
  if (!stop.calls.length) return [...parts, element("span", "", say("night", { day: stop.night }))];
  const said = element("span", over ? "" : "pp-warn", stop.said);
  return over ? [...parts, said] : [...parts, said, element("span", "", say("called_n", { n: stop.calls.length }))];
}
