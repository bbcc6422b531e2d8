/* The slider over a person's past: it names the day while it moves and opens it when it is let go. */
const form = document.querySelector("[data-as-of]");
const range = form?.querySelector("[data-as-of-range]");
const day = form?.elements.namedItem("on");

/* Days are counted at noon, so that no change of the clock makes one too few. */
function dayAfter(days) {
  const then = new Date(`${form.dataset.first}T12:00:00`);
  then.setDate(then.getDate() + Number(days));
  const two = (number) => String(number).padStart(2, "0");
  return `${then.getFullYear()}-${two(then.getMonth() + 1)}-${two(then.getDate())}`;
}

range?.addEventListener("input", () => {
  day.value = dayAfter(range.value);
  range.setAttribute("aria-valuetext", day.value);
});
range?.addEventListener("change", () => form.requestSubmit());
