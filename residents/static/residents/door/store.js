/* The phone's store: one sealed list of today, and a sealed record for each answer that waits.
   Readable in it are only who a record belongs to (numbers of account and post) and when it came. */
import * as device from "../../ui/js/device.js";
import { places } from "./page.js";
import { isUsable } from "./vault.js";

const { LIST, QUEUE } = device;
/* Visits and spot checks lie beside one another; each page reads its own. */
export const place = `${LIST} ${places.kind}`;
const isOurs = (record) => (record.kind || "door") === places.kind;
const KEPT_MS = 72 * 3600 * 1000;

const act = async (...how) => (isUsable ? device.act(...how) : null);

export const readList = () => act(LIST, "readonly", (store) => store.get(place));
export const putList = (record) => act(LIST, "readwrite", (store) => store.put(record));
export const dropList = () => act(LIST, "readwrite", (store) => store.clear());
export const putAnswer = (record) => act(QUEUE, "readwrite", (store) => store.put({ ...record, kind: places.kind }));
export const dropAnswer = (place) => act(QUEUE, "readwrite", (store) => store.delete(place));

/* Every record of this kind that waits, whoever's; what nobody has sent for three days is thrown away. */
export async function answers() {
  const found = await act(QUEUE, "readonly", (store) => store.getAll()) || [];
  const over = found.filter((record) => Date.now() - record.at > KEPT_MS);
  await Promise.all(over.map((record) => dropAnswer(record.place)));
  return found.filter((record) => isOurs(record) && !over.includes(record));
}
