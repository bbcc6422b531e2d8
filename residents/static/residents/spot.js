/* A door of a spot check: people are asked for where somebody was found, one row after the other. */
const form = document.querySelector("[data-spot-with]");
const people = form?.querySelector("[data-spot-people]");
const add = form?.querySelector("[data-spot-add]");
const rows = [...(form?.querySelectorAll("[data-spot-person]") ?? [])];
const withPeople = form?.dataset.spotWith.split(" ") ?? [];

function show() {
  people.hidden = !withPeople.includes(form.elements.namedItem("outcome").value);
  if (add) add.hidden = rows.every((row) => !row.hidden);
}

for (const row of rows.slice(1)) row.hidden = "blank" in row.dataset;
form?.addEventListener("change", show);
add?.addEventListener("click", () => {
  const row = rows.find((each) => each.hidden);
  row.hidden = false;
  show();
  row.querySelector("input").focus();
});
if (form) show();
