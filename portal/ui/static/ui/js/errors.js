/* What is wrong with a form is told by its page, all at once and each at its field: the browser's
   own check would stop at the first, in a bubble that goes away. */
function leaveToPage(scope) {
  scope.querySelectorAll("form[method=post]").forEach((form) => {
    if (form.querySelector(".pp-form-grid")) form.noValidate = true;
  });
}

/* What the browser does not hand over, as a number that is half written, it has to tell itself:
   the page would take the field for empty. So does a file that the page would refuse after minutes. */
document.addEventListener("submit", (event) => {
  const form = event.target;
  const unread = [...form.elements].find((field) => field.validity?.badInput || field.validity?.customError);
  if (!unread) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  unread.reportValidity();
}, true);

/* A page that came back with errors: its summary has the focus, or else the first wrong field. */
function focusErrors() {
  const summary = document.querySelector("main [data-error-summary]");
  (summary ?? document.querySelector("main [aria-invalid=true]"))?.focus();
}

leaveToPage(document);
focusErrors();
document.addEventListener("htmx:load", (event) => leaveToPage(event.detail.elt));
