/* One dwelling at its door: who is still there, what changed, who left, or nobody met. */
import { readIdNumber } from "../../ui/js/identity.js";
import { byId, clone, complain, button, given, places, say, toast } from "./page.js";
import { enqueue, itemOf, state, stopOf } from "./state.js";
import { nextAfter } from "./list.js";
import { push } from "./sync.js";

const drafts = new Map();
const reasons = given("door-reasons");
const PHONE_DIGITS = 11;
/* What appears at once would move the button that is being pressed from under the finger. */
const SETTLE_MS = 200;
const blank = () => ({ state: "", told: {}, left_on: "", reason: "01" });

export const forgetDrafts = () => drafts.clear();

/* The choices so far: of this page, of the answer that waits, or none. */
function draftOf(stop) {
  if (!drafts.has(stop.id)) {
    const answer = itemOf(stop.id)?.answer;
    const members = new Map((answer?.members || []).map((each) => [each.id, { ...blank(), ...each }]));
    drafts.set(stop.id, { outcome: answer?.outcome || (stop.members.length ? "met" : ""), note: answer?.note || "", members });
  }
  const draft = drafts.get(stop.id);
  for (const member of stop.members) if (!draft.members.has(member.id)) draft.members.set(member.id, blank());
  return draft;
}

export function showForm(id) {
  const stop = stopOf(id);
  if (!stop) { window.location.hash = "#list"; return; }
  const draft = draftOf(stop);
  const form = clone("t-form");
  facts(form, stop);
  for (const radio of form.elements.outcome) {
    radio.checked = radio.value === draft.outcome;
    radio.addEventListener("change", () => { draft.outcome = radio.value; fit(form, stop, draft); });
  }
  form.querySelector("[data-members]").textContent = say("members_n", { n: stop.members.length });
  form.querySelector("[data-rows]").append(...stop.members.map((member) => row(member, draft.members.get(member.id), stop)));
  form.querySelector("[data-all-here]").addEventListener("click", () => {
    draft.outcome = "met";
    for (const member of stop.members) Object.assign(draft.members.get(member.id), { state: "here" });
    showForm(id);
  });
  form.elements.note.value = draft.note;
  form.elements.note.addEventListener("input", () => { draft.note = form.elements.note.value; });
  form.querySelector("[data-entry]").href = `${places.entry}${stop.id}/`;
  const report = form.querySelector("[data-report]");
  report.href = `${report.getAttribute("href").split("?")[0]}?dwelling=${stop.id}`;
  for (const link of form.querySelectorAll("[data-online]")) link.addEventListener("click", onlyOnline);
  form.addEventListener("submit", (event) => { event.preventDefault(); save(form, stop, draft); });
  byId("screen-form").replaceChildren(form);
  const following = nextAfter(stop);
  const text = following ? say("next", { room: following.room }) : say("save");
  const act = button(text, () => save(form, stop, draft), "pp-btn pp-btn-primary door-wide");
  byId("foot").replaceChildren(act);
  const item = itemOf(stop.id);
  if (item?.state === "refused") {
    for (const { row: place, text: problem } of item.problems || []) complain(form.querySelector(`[data-member="${CSS.escape(place)}"] [data-error]`), problem);
    complain(form.querySelector("[data-problem]"), item.message || say(item.reason));
  }
  fit(form, stop, draft);
}

/* Other pages open beside this one, which keeps its keys; without a network there are none. */
function onlyOnline(event) {
  if (navigator.onLine && !state.isOffline) return;
  event.preventDefault();
  toast(say("needs_network"));
}

function facts(form, stop) {
  form.querySelector("[data-occupancy]").textContent = stop.occupancy;
  form.querySelector("[data-tenure]").textContent = [stop.tenure, stop.area && `${stop.area} m²`].filter(Boolean).join(" ");
  const days = form.querySelector("[data-days]");
  days.textContent = stop.days === null ? say("unseen") : stop.days ? say("days_ago", { n: stop.days }) : say("seen_today");
  days.classList.toggle("pp-danger", stop.overdue > 0);
  form.querySelector("[data-place]").textContent = stop.place;
}

function row(member, choice, stop) {
  const made = clone("t-member");
  made.dataset.member = member.id;
  made.querySelector("[data-name]").textContent = member.name;
  made.querySelector("[data-relation]").textContent = `${member.relation} ${say("age", { n: member.age })}`;
  made.querySelector("[data-numbers]").textContent = [member.tail && say("tail", { tail: member.tail }), member.phone].filter(Boolean).join("　");
  made.querySelector(".pp-seg").setAttribute("aria-label", member.name);
  for (const radio of made.querySelectorAll("input[type=radio]")) {
    radio.name = `m-${member.id}`;
    radio.checked = radio.value === choice.state;
    radio.addEventListener("change", () => { choice.state = radio.value; open(made, choice); });
  }
  for (const field of made.querySelectorAll("[data-told]")) {
    field.value = choice.told[field.dataset.told] || "";
    const error = made.querySelector("[data-error]");
    const judge = () => complain(error, problemOf(choice, member));
    field.addEventListener("input", () => {
      choice.told[field.dataset.told] = field.value.trim();
      if (!error.hidden) judge();
    });
    field.addEventListener("change", () => setTimeout(judge, SETTLE_MS));
  }
  const day = made.querySelector("[data-left-on]");
  const today = new Date(Date.now() - new Date().getTimezoneOffset() * 60000).toISOString().slice(0, 10);
  Object.assign(day, { value: choice.left_on || today, max: today });
  day.addEventListener("change", () => { choice.left_on = day.value === today ? "" : day.value; });
  const select = made.querySelector("[data-reason]");
  select.append(...reasons.map(([code, title]) => new Option(title, code, false, code === choice.reason)));
  select.addEventListener("change", () => { choice.reason = select.value; });
  open(made, choice);
  return made;
}

function open(made, choice) {
  for (const part of made.querySelectorAll("[data-more]")) part.hidden = part.dataset.more !== choice.state;
  made.classList.toggle("is-changed", choice.state === "changed" || choice.state === "left");
  complain(made.querySelector("[data-error]"), "");
}

/* Members are asked for where somebody was met, or where they must all have left. */
function fit(form, stop, draft) {
  const asks = draft.outcome === "met" || draft.outcome === "vacant";
  form.querySelector("[data-household]").hidden = !stop.members.length || !asks;
  const nobody = form.querySelector("[data-nobody]");
  nobody.hidden = stop.members.length > 0 || draft.outcome !== "met";
  nobody.textContent = say("nobody");
}

/* What a typed correction lacks; the server checks again and decides. */
function problemOf(choice, member) {
  if (choice.state !== "changed") return "";
  const told = Object.values(choice.told).filter(Boolean);
  if (!told.length) return say("need_change", { name: member.name });
  const { phone, document_number: number } = choice.told;
  if (number && /^[0-9]{6,}/.test(number)) {
    const { problem } = readIdNumber(number);
    if (problem) return problem;
  }
  if (phone && /^1[0-9]*$/.test(phone)) {
    const over = phone.length - PHONE_DIGITS;
    if (over) return say(over < 0 ? "phone_short" : "phone_long", { n: Math.abs(over) });
    if (!/^1[3-9]/.test(phone)) return say("phone_wrong");
  }
  return "";
}

function problem(stop, draft) {
  const choices = stop.members.map((member) => draft.members.get(member.id));
  if (!draft.outcome) return say("need_outcome");
  if (draft.outcome === "met" && !stop.members.length) return say("nobody");
  if (draft.outcome === "met") {
    const open = choices.filter((choice) => !choice.state).length;
    return open ? say("need_members", { n: open }) : "";
  }
  const stays = draft.outcome === "vacant" && choices.some((choice) => choice.state !== "left");
  return stays ? say("need_left", { n: choices.length }) : "";
}

async function save(form, stop, draft) {
  const asks = draft.outcome === "met" || draft.outcome === "vacant";
  let found = problem(stop, draft);
  if (asks) {
    for (const member of stop.members) {
      const wrong = problemOf(draft.members.get(member.id), member);
      complain(form.querySelector(`[data-member="${member.id}"] [data-error]`), wrong);
      found ||= wrong;
    }
  }
  complain(form.querySelector("[data-problem]"), found);
  if (found) { form.querySelector(".door-error:not([hidden])").scrollIntoView({ block: "center" }); return; }
  const following = nextAfter(stop);
  await enqueue(stop, { outcome: draft.outcome, note: draft.note.trim(), members: asks ? told(stop, draft) : [] });
  drafts.delete(stop.id);
  toast(say("saved"));
  window.location.replace(following ? `#d/${following.id}` : "#list");
  push();
}

function told(stop, draft) {
  return stop.members.map(({ id, version }) => {
    const { state: is, told: values, left_on, reason } = draft.members.get(id);
    if (is === "changed") return { id, version, state: is, told: Object.fromEntries(Object.entries(values).filter(([, value]) => value)) };
    return is === "left" ? { id, version, state: is, left_on, reason } : { id, version, state: is };
  });
}
