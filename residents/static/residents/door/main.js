/* Visits of a patch: today's dwellings, and who lives there. */
import { forgetDrafts, showForm } from "./form.js";
import { start } from "./frame.js";
import { showList, summary, watchSearch } from "./list.js";

watchSearch();
start({
  labelOf: (stop) => `${stop.building} ${stop.room}`,
  factsOf: (stop) => stop.occupancy,
  told: ({ answer: { outcome, note, members }, take }) => ({ outcome, note, take, members: JSON.stringify(members) }),
  summary, showList, showForm, forget: forgetDrafts,
});
