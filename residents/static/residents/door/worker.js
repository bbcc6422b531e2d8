/* Keeps a shell of pages at a door on the phone: the page and files of ours, nothing that anybody typed or
   is recorded with. `SHELL` (kind, version, page, files) is put before this script by the server. */
const OURS = `pp-${SHELL.kind}-`;
const CACHE = `${OURS}${SHELL.version}`;
const PATIENCE_MS = 4000;
/* The server has another shell by now: its scripts and those kept here do not go together. */
let isOld = false;

async function keep() {
  const cache = await caches.open(CACHE);
  await cache.addAll(SHELL.files);
  await fetchShell(new Request(SHELL.page, { credentials: "same-origin" }), cache);
}

/* Only the shell itself is kept: never a redirect to the login, never an error. */
async function fetchShell(request, cache) {
  const answer = await fetch(request);
  const version = answer.headers.get("X-Shell");
  isOld = Boolean(version) && version !== SHELL.version;
  if (answer.ok && !answer.redirected && version === SHELL.version) {
    await cache.put(SHELL.page, answer.clone());
  }
  return answer;
}

async function shell(request) {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(SHELL.page, { ignoreVary: true });
  if (!kept) return fetch(request);
  const patience = new Promise((resolve) => { setTimeout(resolve, PATIENCE_MS, kept.clone()); });
  try {
    const answer = await Promise.race([fetchShell(request, cache), patience]);
    return answer.status >= 500 ? kept : answer;
  } catch {
    return kept;
  }
}

async function file(request) {
  if (isOld) return fetch(request);
  const cache = await caches.open(CACHE);
  return await cache.match(request, { ignoreVary: true }) || fetch(request);
}

self.addEventListener("install", (event) => {
  event.waitUntil(keep().then(() => self.skipWaiting()));
});
self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    const names = await caches.keys();
    await Promise.all(names.filter((name) => name.startsWith(OURS) && name !== CACHE).map((name) => caches.delete(name)));
    await self.clients.claim();
  })());
});
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { pathname, origin } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (request.mode === "navigate") {
    if (pathname === SHELL.page) event.respondWith(shell(request));
  } else if (SHELL.files.includes(pathname)) {
    event.respondWith(file(request));
  }
});
