/* One door of a spot check: what this call came to, and who lives there as they say it. */
import { byId, button, clone, complain, element, say, toast } from "../door/page.js";
import { enqueue, itemOf, stopOf } from "../door/state.js";
import { push } from "../door/sync.js";
import { asks, isOver, leftAt, outcomes, waitingAt } from "./asks.js";
import { nextAfter } from "./list.js";
import { forgetPlaces, showWalk } from "./walk.js";

const drafts = new Map();
const blank = () => ({ name: "", sex: "", born: "", tail: "", category: "", since: "", phone: "" });
const isBlank = ({ sex, ...told }) => Object.values(told).every((text) => !text);

export const forgetDrafts = () => { drafts.clear(); forgetPlaces(); };

/* What was typed so far: on this page, in an answer that was refused, or nothing. */
function draftOf(stop) {
  if (!drafts.has(stop.id)) {
    const item = itemOf(stop.id);
    const answer = item && item.state !== "waiting" ? item.answer : null;
    const people = (answer?.people || []).map((person) => ({ ...blank(), ...person }));
    drafts.set(stop.id, { outcome: answer?.outcome || "", people: people.length ? people : [blank()] });
  }
  return drafts.get(stop.id);
}

export function showForm(id) {
  const stop = stopOf(id);
  if (stop?.kind === "walk") { showWalk(stop); return; }
  const item = itemOf(id);
  const refused = item && item.state !== "waiting" ? item : null;
  if (!stop || (isOver(stop) && !refused)) { window.location.hash = "#list"; return; }
  const draft = draftOf(stop);
  const form = clone("t-form");
  facts(form, stop);
  form.querySelector("[data-outcomes]").append(...outcomes(stop).map(([code, title]) => choice(form, draft, code, title)));
  const add = form.querySelector("[data-add]");
  const draw = () => {
    form.querySelector("[data-rows]").replaceChildren(...draft.people.map((person, place) => row(stop, person, place)));
    add.hidden = stop.kind !== "forward" || draft.people.length >= asks.most;
  };
  add.addEventListener("click", () => {
    draft.people.push(blank());
    draw();
    form.querySelector("[data-rows]").lastElementChild.querySelector("input").focus();
  });
  form.addEventListener("submit", (event) => { event.preventDefault(); save(form, stop, draft); });
  draw();
  fit(form, draft);
  byId("screen-form").replaceChildren(form);
  const following = nextAfter(stop);
  const text = following ? say("next", { room: following.number }) : say("save");
  byId("foot").replaceChildren(button(text, () => save(form, stop, draft), "pp-btn pp-btn-primary door-wide"));
  if (refused) {
    for (const { row: place, text: problem } of refused.problems || []) complain(errorOf(form, place), problem);
    complain(form.querySelector("[data-problem]"), refused.message || say(refused.reason));
  }
}

const errorOf = (form, place) => form.querySelector(`[data-person="${place}"] [data-error]`);

function facts(form, stop) {
  form.querySelector("[data-place]").textContent = stop.place;
  form.querySelector("[data-left]").textContent = say("left_calls", { n: leftAt(stop) });
  form.querySelector("[data-ask]").textContent = say(`ask_${stop.kind}`, { day: stop.night, name: stop.name });
  form.querySelector("[data-calls]").append(...stop.calls.map(({ when, part, said }, place) => (
    element("li", "", say("call", { n: place + 1, when, part, said })))));
}

function choice(form, draft, code, title) {
  const made = clone("t-outcome");
  const radio = made.querySelector("input");
  Object.assign(radio, { value: code, checked: code === draft.outcome });
  radio.addEventListener("change", () => { draft.outcome = code; fit(form, draft); });
  made.querySelector("span").textContent = title;
  return made;
}

const asksForPeople = (draft) => asks.people.includes(draft.outcome);

function fit(form, draft) {
  form.querySelector("[data-people]").hidden = !asksForPeople(draft);
  complain(form.querySelector("[data-problem]"), "");
}

function row(stop, person, place) {
  const made = clone("t-person");
  made.dataset.person = place;
  const title = stop.kind === "forward" ? say("person_n", { n: place + 1 }) : say("as_told");
  made.querySelector("legend").textContent = title;
  if (!stop.more) for (const part of made.querySelectorAll("[data-more]")) part.remove();
  made.querySelector("[data-hukou]")?.append(...asks.hukou.map(([code, title]) => new Option(title, code)));
  for (const field of made.querySelectorAll("[data-told]")) {
    field.value = person[field.dataset.told];
    field.addEventListener("input", () => { person[field.dataset.told] = field.value.trim(); });
  }
  const sexes = made.querySelector("[data-sexes]");
  sexes.setAttribute("aria-label", `${title} ${say("sex")}`);
  sexes.append(...asks.sexes.map(([code, word]) => {
    const label = clone("t-outcome");
    const radio = label.querySelector("input");
    Object.assign(radio, { name: `sex-${place}`, value: code, checked: code === person.sex });
    radio.addEventListener("change", () => { person.sex = code; });
    label.querySelector("span").textContent = word;
    return label;
  }));
  return made;
}

/* What a row lacks; the server checks again and decides. */
function problemOf({ name, sex, born, tail, since, phone }) {
  if (!name) return say("need_name");
  if (!sex) return say("need_sex");
  if (!/^[0-9]{4}$/.test(born) || born < asks.earliest || born > new Date().getFullYear()) return say("need_born", { year: asks.earliest });
  if (tail && !/^[0-9]{3}[0-9A-Za-z]$/.test(tail)) return say("need_tail");
  if (since && !/^[0-9]{4}([-./年]?[0-9]{1,2}月?|年)?$/.test(since)) return say("need_since");
  return phone && !/^[0-9]{4}$/.test(phone) ? say("need_phone") : "";
}

async function save(form, stop, draft) {
  const told = asksForPeople(draft) ? draft.people : [];
  let found = draft.outcome ? "" : say("need_outcome");
  if (told.length && told.every(isBlank)) found ||= say("need_people");
  told.forEach((person, place) => {
    const wrong = found || isBlank(person) ? "" : problemOf(person);
    complain(errorOf(form, place), wrong);
    found ||= wrong;
  });
  complain(form.querySelector("[data-problem]"), found);
  if (found) { form.querySelector(".door-error:not([hidden])").scrollIntoView({ block: "center" }); return; }
  const following = nextAfter(stop);
  const people = told.filter((person) => !isBlank(person));
  await enqueue(stop, { outcome: draft.outcome, people, version: stop.version + waitingAt(stop).length });
  drafts.delete(stop.id);
  toast(say("saved"));
  window.location.replace(following ? `#d/${following.id}` : "#list");
  push();
}
