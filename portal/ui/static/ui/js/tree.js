/* The unit tree: up and down walk what is seen, right opens, left closes, Enter chooses, typing finds. */
import { isComposing } from "./shortcuts.js";

const seen = (tree) => [...tree.querySelectorAll("[role=treeitem]")]
  .filter((item) => item.offsetParent && item.getAttribute("aria-disabled") !== "true");

function walk(item, by) {
  const items = seen(item.closest("[role=tree]"));
  items[items.indexOf(item) + by]?.focus();
}

function unfold(item, open) {
  if (item.hasAttribute("aria-expanded")) item.setAttribute("aria-expanded", String(open));
}

document.addEventListener("keydown", (event) => {
  const item = event.target.closest?.("[role=treeitem]");
  if (isComposing(event)) return;
  if (event.target.matches?.("[data-tree-find]") && event.key === "ArrowDown") {
    seen(event.target.closest("[data-tree]"))[0]?.focus();
    event.preventDefault();
    return;
  }
  if (!item) return;
  if (event.key === "ArrowDown") walk(item, 1);
  else if (event.key === "ArrowUp") walk(item, -1);
  else if (event.key === "ArrowRight") unfold(item, true);
  else if (event.key === "ArrowLeft") unfold(item, false);
  else if (event.key === "Enter") item.querySelector("a")?.click();
  else return;
  event.preventDefault();
  event.stopPropagation();
});

document.addEventListener("click", (event) => {
  const row = event.target.closest(".pp-tree-row");
  if (!row || event.target.closest("a")) return;
  const item = row.closest("[role=treeitem]");
  unfold(item, item.getAttribute("aria-expanded") !== "true");
});

/* Names, initials and codes; the ancestors of what fits stay for orientation. */
document.addEventListener("input", (event) => {
  if (!event.target.matches("[data-tree-find]")) return;
  const word = event.target.value.trim().toLowerCase();
  const tree = event.target.closest("[data-tree]");
  const items = [...tree.querySelectorAll("[role=treeitem]")];
  const fitting = new Set(items.filter((item) => item.dataset.find.toLowerCase().includes(word)));
  for (const item of items) {
    const below = [...item.querySelectorAll("[role=treeitem]")].some((other) => fitting.has(other));
    item.hidden = !fitting.has(item) && !below;
    if (word && below) unfold(item, true);
  }
});
