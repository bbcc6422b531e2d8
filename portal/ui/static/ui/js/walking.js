/* From record to record in the order of the list that one came from. The list's page leaves the
   addresses of its rows in this tab; on a record of it stand previous, next and the way back with
   the list's conditions. At the end of the page the list itself is asked for its next one. */
import { WALK } from "./device.js";
import { keysAreFree } from "./shortcuts.js";

function read() {
  try { return JSON.parse(window.sessionStorage.getItem(WALK)); } catch { return null; }
}

function write(walk) {
  try { window.sessionStorage.setItem(WALK, JSON.stringify(walk)); } catch { /* private window */ }
}

function linkOf(page, name, base) {
  const href = page.querySelector(`[data-page=${name}]`)?.getAttribute("href");
  return href ? new URL(href, base).href : "";
}

/* What a page of a list knows of its order. */
function walkOf(page, address) {
  const rows = [...page.querySelectorAll("[data-list] tr[data-row][data-url]")];
  return {
    list: address,
    urls: rows.map((row) => row.dataset.url),
    next: linkOf(page, "next", address),
    previous: linkOf(page, "previous", address),
  };
}

/* Called when a row is opened in this tab. */
export function leaveWalk() {
  write(walkOf(document, window.location.href));
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-list] tr[data-row] a[href]")) leaveWalk();
});

async function turn(walk, by) {
  const address = by > 0 ? walk.next : walk.previous;
  const response = await fetch(address, { credentials: "same-origin" });
  if (!response.ok || response.redirected) { window.location.assign(walk.list); return; }
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const turned = walkOf(page, address);
  if (!turned.urls.length) { window.location.assign(walk.list); return; }
  write(turned);
  window.location.assign(turned.urls.at(by > 0 ? 0 : -1));
}

function step(walk, here, by) {
  const url = walk.urls[here + by];
  if (url) window.location.assign(url);
  else turn(walk, by);
}

function show(walk, here) {
  const bar = document.querySelector("template[data-walk]")?.content.firstElementChild?.cloneNode(true);
  const crumbs = document.querySelector(".pp-crumbs")?.parentElement;
  if (!bar || !crumbs) return;
  bar.querySelector("[data-walk-list]").href = walk.list;
  bar.querySelector("[data-walk-place]").textContent = `${here + 1} / ${walk.urls.length}`;
  for (const [name, by, beyond] of [["previous", -1, walk.previous], ["next", 1, walk.next]]) {
    const button = bar.querySelector(`[data-walk-${name}]`);
    button.disabled = !walk.urls[here + by] && !beyond;
    button.addEventListener("click", () => step(walk, here, by));
  }
  crumbs.append(bar);
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.shiftKey || !keysAreFree(event)) return;
    const name = { KeyJ: "next", KeyK: "previous" }[event.code];
    if (!name) return;
    bar.querySelector(`[data-walk-${name}]`).click();
    event.preventDefault();
  });
}

function begin() {
  if (document.querySelector("[data-list], [data-inbox]")) return;
  const walk = read();
  const here = walk ? walk.urls.findIndex((url) => url.split("?")[0] === window.location.pathname) : -1;
  if (here >= 0) show(walk, here);
}

begin();
