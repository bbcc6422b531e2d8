/* A verifier's sheet of today: doors to call at, blind, with or without a network. */
import { start } from "../door/frame.js";
import { labelOf, showList, summary } from "./list.js";
import { forgetDrafts, showForm } from "./form.js";

start({
  labelOf, summary, showList, showForm, forget: forgetDrafts, keepsAll: true,
  factsOf: () => "", partOf: ({ answer }) => (answer.near ? "place" : "answer"),
  told: ({ answer }) => (answer.near ? answer
    : { outcome: answer.outcome, version: answer.version, people: JSON.stringify(answer.people) }),
});
