/* What a phone may hold for visits without a network: today's list and the answers that wait, all
   of it sealed (docs/adr/0020). Here is what pages know that cannot open it. */
const NAME = "pp-door";
export const WALK = "pp-walk"; // the order of the list that this tab came from
export const LIST = "list";
export const QUEUE = "queue";
let opening = null;

export function database() {
  opening ||= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      for (const name of [LIST, QUEUE]) request.result.createObjectStore(name, { keyPath: "place" });
    };
    request.onsuccess = () => {
      request.result.onversionchange = () => { request.result.close(); opening = null; };
      request.result.onclose = () => { opening = null; };
      resolve(request.result);
    };
    request.onerror = () => { opening = null; reject(request.error); };
  });
  return opening;
}

export async function act(name, mode, call) {
  const base = await database();
  return new Promise((resolve, reject) => {
    const transaction = base.transaction(name, mode);
    const request = call(transaction.objectStore(name));
    transaction.oncomplete = () => resolve(request.result);
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });
}

/* Most devices never held anything: none is made by asking. */
async function isThere() {
  if (!window.indexedDB?.databases) return false;
  return (await indexedDB.databases()).some((base) => base.name === NAME);
}

/* How many answers nobody has sent yet. */
export async function unsent() {
  return await isThere() ? act(QUEUE, "readonly", (store) => store.count()) : 0;
}

/* Nobody is logged in: today's list goes, what waits stays sealed for whoever gave it. */
export async function forgetList() {
  if (await isThere()) await act(LIST, "readwrite", (store) => store.clear());
}

/* What a page remembers of lists ends with the login. */
export function forgetWalk() {
  try { window.sessionStorage.removeItem(WALK); } catch { /* private window */ }
}
