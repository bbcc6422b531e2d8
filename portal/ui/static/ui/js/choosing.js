/* A table whose rows choose what stands below it: ↑ and ↓ go from row to row, and once the keys rest
   the row's link is followed. Without this script its links open pages. */
const RESTS_AFTER = 250;
let resting = 0;

const linksOf = (body) => [...body.querySelectorAll("th a[href]")];

function mark(row) {
  for (const other of row.parentElement.querySelectorAll("[aria-current]")) {
    other.classList.remove("is-current");
    other.removeAttribute("aria-current");
  }
  row.classList.add("is-current");
  row.setAttribute("aria-current", "true");
}

document.addEventListener("keydown", (event) => {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const body = event.target.closest?.("[data-window]")?.querySelector("[data-choose]");
  if (!by || !body || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
  const links = linksOf(body);
  const row = event.target.closest("tr") || body.querySelector("[aria-current]");
  const next = links[row ? links.findIndex((link) => row.contains(link)) + by : 0];
  event.preventDefault();
  if (!next) return;
  next.focus();
  window.clearTimeout(resting);
  resting = window.setTimeout(() => next.click(), RESTS_AFTER);
});

document.addEventListener("htmx:beforeRequest", (event) => {
  const row = event.detail.elt.closest?.("[data-choose] tr");
  if (row) mark(row);
});
