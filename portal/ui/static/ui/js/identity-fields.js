/* Fields marked data-id-number: derive at once, judge when 18 characters are in or the field is left.
   Derived places stand in the nearest [data-person] (row or drawer): data-derived="sex|birth|age|origin".
   Nothing is judged while data-id-kind of that person names another document. */
import { originOf, readIdNumber, tidy } from "./identity.js";
import { isComposing } from "./shortcuts.js";

function personOf(field) {
  return field.closest("[data-person]") || field.closest("form") || document;
}

function isChinaId(person) {
  const kind = person.querySelector?.("[data-id-kind]");
  return !kind || kind.value === "" || kind.dataset.idKind.split(" ").includes(kind.value);
}

function fill(person, told) {
  const values = { sex: told.sex, birth: told.birth, age: told.age === "" ? "" : `${told.age} 岁`, origin: originOf(told.number) };
  person.querySelectorAll?.("[data-derived]").forEach((place) => {
    const value = values[place.dataset.derived];
    if (value === undefined) return;
    if ("value" in place && place.tagName !== "LI") place.value = value;
    else place.textContent = value;
  });
}

function judge(field, told, leaving) {
  const show = told.problem && (told.complete || leaving) ? told.problem : "";
  const cell = field.closest("td");
  field.toggleAttribute("aria-invalid", Boolean(show));
  if (show) field.setAttribute("aria-invalid", "true");
  field.title = show;
  if (cell) {
    cell.classList.toggle("is-error", Boolean(show));
    return;
  }
  const box = field.closest(".pp-field");
  if (!box) return;
  let line = box.querySelector("[data-id-problem]");
  if (!line && show) {
    line = document.createElement("div");
    line.className = "pp-error";
    line.dataset.idProblem = "";
    line.setAttribute("role", "alert");
    box.querySelectorAll(".pp-error").forEach((old) => old.remove());
    box.append(line);
  }
  if (line) line.textContent = show;
}

function look(field, leaving) {
  const person = personOf(field);
  if (!isChinaId(person)) { judge(field, { problem: "" }, leaving); return; }
  const told = readIdNumber(field.value);
  fill(person, told);
  judge(field, told, leaving);
  if (told.complete && !told.problem) {
    field.dispatchEvent(new CustomEvent("pp:id-complete", { bubbles: true, detail: { number: told.number } }));
  }
}

document.addEventListener("input", (event) => {
  if (event.target.matches?.("[data-id-number]") && !isComposing(event)) look(event.target, false);
});
document.addEventListener("focusout", (event) => {
  const field = event.target;
  // masked, or nobody's number: what stands beside it came with the page
  if (!field.matches?.("[data-id-number]") || !field.value || field.value.includes("*")) return;
  field.value = tidy(field.value);
  look(field, Boolean(field.value));
});
