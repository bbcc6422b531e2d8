/* Runs before the first paint: theme and width of the navigation as this person left them. */
(function () {
  "use strict";
  var root = document.documentElement;

  function read(key) {
    try { return window.localStorage.getItem(key); } catch (refused) { return null; }
  }
  function write(key, value) {
    try { window.localStorage.setItem(key, value); } catch (refused) { /* private window */ }
  }

  root.dataset.bsTheme = read("pp-theme") === "dark" ? "dark" : "light";

  // Pages that are wide by nature (matrix, entry, lists) open with the rail below 1600 px.
  var wide = root.dataset.nav === "rail";
  var key = wide ? "pp-nav-wide" : "pp-nav";
  function fitNav() {
    if (window.innerWidth < 768) { root.dataset.nav = "full"; return; } // a drawer, with titles
    if (window.innerWidth < 1366) { root.dataset.nav = "rail"; return; }
    root.dataset.nav = read(key) || (wide && window.innerWidth < 1600 ? "rail" : "full");
  }
  fitNav();
  window.addEventListener("resize", fitNav);

  function showTheme() {
    var dark = root.dataset.bsTheme === "dark";
    document.querySelectorAll("[data-theme-label]").forEach(function (label) {
      label.textContent = dark ? label.dataset.light : label.dataset.dark;
    });
  }
  document.addEventListener("DOMContentLoaded", showTheme);

  document.addEventListener("click", function (event) {
    if (event.target.closest("[data-theme-toggle]")) {
      root.dataset.bsTheme = root.dataset.bsTheme === "dark" ? "light" : "dark";
      write("pp-theme", root.dataset.bsTheme);
      showTheme();
      document.dispatchEvent(new CustomEvent("pp:theme"));
    }
    if (event.target.closest("[data-nav-fold]")) {
      root.dataset.nav = root.dataset.nav === "rail" ? "full" : "rail";
      write(key, root.dataset.nav);
    }
    if (event.target.closest("[data-nav-open-toggle]")) {
      root.toggleAttribute("data-nav-open");
    } else if (root.hasAttribute("data-nav-open") && !event.target.closest(".pp-nav")) {
      root.removeAttribute("data-nav-open");
    }
  });
})();
