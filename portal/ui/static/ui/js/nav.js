/* The navigation is longer than a low screen: from page to page it stays where it was scrolled to,
   and the entry of the page that is open is always in sight. */
const PLACE = "pp-nav-place";
const menu = document.getElementById("nav");

function readPlace() {
  try { return Number(window.sessionStorage.getItem(PLACE)) || 0; } catch { return 0; }
}

function keepPlace(place) {
  try { window.sessionStorage.setItem(PLACE, String(place)); } catch { /* private window */ }
}

/* The whole navigation scrolls, or as a rail the list in it. */
function scrollers() {
  return [menu, menu.querySelector(".pp-nav-list")];
}

function showActive() {
  menu.querySelector(".pp-nav-item.is-active")?.scrollIntoView({ block: "nearest" });
}

if (menu) {
  const place = readPlace();
  scrollers().forEach((each) => { each.scrollTop = place; });
  showActive();
  window.addEventListener("pagehide", () => {
    keepPlace(Math.max(...scrollers().map((each) => each.scrollTop)));
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-nav-fold], [data-nav-open-toggle]")) showActive();
  });
}
