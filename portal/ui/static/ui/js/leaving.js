/* Logging out takes along what this device has not sent yet: asked first, with its number. */
import { unsent } from "./device.js";

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("[data-unsent]");
  if (!form) return;
  event.preventDefault();
  const waiting = await unsent().catch(() => 0);
  if (!waiting || window.confirm(form.dataset.unsent.replace("%", waiting))) form.submit();
});
