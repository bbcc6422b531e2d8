/* Along the blocks of a round: a place where people live and that the list of dwellings lacks. */
import { byId, button, clone, complain, element, say, toast } from "../door/page.js";
import { enqueue, state } from "../door/state.js";
import { push } from "../door/sync.js";
import { asks, waitingAt } from "./asks.js";
import { labelOf, summary } from "./list.js";

const drafts = new Map();
const blank = () => ({ near: "", place: "", what: "", people: "" });

export const forgetPlaces = () => drafts.clear();

/* Several places wait side by side; those that were refused are mended one after the other. */
const refusedOf = (walk) => state.items.find((item) => item.dwelling === walk.id && item.state !== "waiting") || null;

function draftOf(walk, refused) {
  const key = refused?.key || walk.id;
  if (!drafts.has(key)) drafts.set(key, { ...blank(), ...refused?.answer });
  return drafts.get(key);
}

export function showWalk(walk) {
  const refused = refusedOf(walk);
  const draft = draftOf(walk, refused);
  const form = clone("t-walk");
  const near = state.stops.filter((stop) => stop.round === walk.id && stop.kind === "forward");
  form.querySelector("[data-near]").append(...near.map((stop) => new Option(labelOf(stop), stop.id)));
  form.querySelector("[data-what]").append(...asks.places.map(([code, title]) => new Option(title, code)));
  form.querySelector("[data-noted]").append(...waitingAt(walk).map((item) => element("li", "", summary(item.answer))));
  for (const field of form.querySelectorAll("[data-told]")) {
    field.value = draft[field.dataset.told];
    draft[field.dataset.told] = field.value; // a door that has left the sheet is chosen anew
    field.addEventListener("input", () => { draft[field.dataset.told] = field.value.trim(); });
  }
  const keep = () => save(form, walk, draft, refused);
  form.addEventListener("submit", (event) => { event.preventDefault(); keep(); });
  byId("screen-form").replaceChildren(form);
  byId("foot").replaceChildren(button(say("note_place"), keep, "pp-btn pp-btn-primary door-wide"));
  if (refused) complain(form.querySelector("[data-problem]"), refused.message || say(refused.reason));
}

/* What a place lacks; the server checks again and decides. */
function problemOf({ near, place, what, people }) {
  if (!near) return say("need_near");
  if (!place) return say("need_place");
  if (!what) return say("need_what");
  return people && !(/^[0-9]{1,2}$/.test(people) && people >= 1 && people <= asks.most_seen) ? say("need_count", { n: asks.most_seen }) : "";
}

async function save(form, walk, draft, refused) {
  const wrong = problemOf(draft);
  complain(form.querySelector("[data-problem]"), wrong);
  if (wrong) { form.querySelector(".door-error").scrollIntoView({ block: "center" }); return; }
  await enqueue(walk, { ...draft }, refused);
  drafts.delete(refused?.key || walk.id);
  toast(say("saved"));
  window.location.replace("#list");
  push();
}
