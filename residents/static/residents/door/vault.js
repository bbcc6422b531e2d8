/* The keys of this phone's store (docs/adr/0020). They are derived from what the server gives a
   live session, cannot be exported, and stand in this page's memory alone: they are gone with the
   page, and only the server gives them again, to the same person. */
const text = new TextEncoder();
const NONCE_BYTES = 12;
const keys = new Map();
let owner = "";
let queueKey = "";

/* Without a secure context there is neither encryption nor a worker: nothing is kept then. */
export const isUsable = Boolean(window.crypto?.subtle && window.indexedDB);

async function derived(seed, use) {
  const raw = Uint8Array.from(atob(seed), (letter) => letter.charCodeAt(0));
  const base = await crypto.subtle.importKey("raw", raw, "HKDF", false, ["deriveKey"]);
  raw.fill(0);
  return crypto.subtle.deriveKey(
    { name: "HKDF", hash: "SHA-256", salt: text.encode(owner), info: text.encode(`pp-door ${use}`) },
    base, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"],
  );
}

/* `given`: owner, list (one seed) and queue (the present seed, then those of before). */
export async function unlock(given) {
  keys.clear();
  owner = given.owner;
  queueKey = given.queue[0].id;
  if (!isUsable) return;
  keys.set("list", await derived(given.list.seed, "list"));
  for (const { id, seed } of given.queue) keys.set(`queue ${id}`, await derived(seed, "queue"));
}

export function lock() {
  keys.clear();
  owner = "";
}

export function isOpen() {
  return owner !== "";
}

/* Who a record belongs to; part of what is authenticated, as is its place. */
const bound = (place) => text.encode(`${owner}|${place}`);

export async function seal(place, value, use = `queue ${queueKey}`) {
  const iv = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  const plain = text.encode(JSON.stringify(value));
  const body = await crypto.subtle.encrypt(
    { name: "AES-GCM", iv, additionalData: bound(place) }, keys.get(use), plain,
  );
  return { place, owner, use, iv, body, at: Date.now() };
}

/* What a record holds; null when it is not this person's, or its key is gone. */
export async function open(record) {
  const key = keys.get(record.use);
  if (!key || record.owner !== owner) return null;
  try {
    const plain = await crypto.subtle.decrypt(
      { name: "AES-GCM", iv: record.iv, additionalData: bound(record.place) }, key, record.body,
    );
    return JSON.parse(new TextDecoder().decode(plain));
  } catch {
    return null;
  }
}
