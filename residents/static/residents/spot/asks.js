/* What can be answered at a door, as the server told it: outcomes of each kind of check by their words,
   those after which nobody calls again, those in which people are written down. */
import { given } from "../door/page.js";
import { state } from "../door/state.js";

export const asks = given("spot-asks");
export const outcomes = (stop) => asks.outcomes[stop.kind];
export const titleOf = (outcome) => Object.values(asks.outcomes).flat().find(([code]) => code === outcome)?.[1] || "";
export const whatOf = (code) => asks.places.find(([each]) => each === code)?.[1] || "";
export const waitingAt = (stop) => state.items.filter((item) => item.dwelling === stop.id && item.state === "waiting");

/* Calls that may still be made, what waits counted as made. */
export const leftAt = (stop) => Math.max(0, stop.left - waitingAt(stop).length);

/* Nobody need go there any more, as far as this phone knows. */
export const isOver = (stop) => stop.over || !leftAt(stop)
  || waitingAt(stop).some((item) => asks.settling.includes(item.answer.outcome));
