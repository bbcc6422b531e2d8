/* What differs between the pages that use this folder: visits of a patch, and sheets of spot checks.
   Each page's first script says it once (`be`), before anything is shown. */
export const kind = {
  labelOf: null, // how a door is called
  factsOf: null, // what stands beside an answer in the queue
  summary: null, // an answer in a few words
  told: null, // what of an item is sent
  partOf: () => "answer", // and to which part of its door's address
  showList: null,
  showForm: null,
  forget: null, // what a form holds that nobody has saved
  keepsAll: false, // several answers of one door may wait, the oldest is sent first
};

export const be = (given) => Object.assign(kind, given);
