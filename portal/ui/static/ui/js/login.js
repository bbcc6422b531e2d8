/* The entrance: show the password, warn of caps lock, send six digits, ignore a second press. */
import { forgetList, forgetWalk } from "./device.js";

const form = document.querySelector("[data-entrance]");
const password = document.getElementById("id_password");
const hint = document.querySelector("[data-caps]");
const eye = document.querySelector("[data-password-eye]");

function warn(event) {
  if (event.getModifierState) hint.hidden = !event.getModifierState("CapsLock");
}

password?.addEventListener("keydown", warn);
password?.addEventListener("keyup", warn);
password?.addEventListener("blur", () => { hint.hidden = true; });

eye?.addEventListener("click", () => {
  const shown = password.type === "text";
  password.type = shown ? "password" : "text";
  eye.setAttribute("aria-pressed", String(!shown));
  password.focus();
});

/* The sixth digit sends the form; a pasted code may have blanks in it. */
const code = document.querySelector("[data-code]");
code?.addEventListener("input", () => {
  code.value = code.value.replace(/\D/g, "").slice(0, 6);
  if (code.value.length === 6) form.requestSubmit();
});
code?.addEventListener("paste", (event) => {
  event.preventDefault();
  code.value = event.clipboardData.getData("text").replace(/\D/g, "").slice(0, 6);
  code.dispatchEvent(new Event("input"));
});

const clock = document.querySelector("[data-left]");
if (clock) {
  const end = Date.now() + Number(clock.dataset.left) * 1000;
  const show = () => {
    const left = Math.max(0, Math.round((end - Date.now()) / 1000));
    clock.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    if (!left) window.location.assign("/accounts/login/");
  };
  show();
  window.setInterval(show, 1000);
}

form?.addEventListener("submit", (event) => {
  const button = form.querySelector("[data-busy-on-submit]");
  if (button.dataset.busy) event.preventDefault();
  button.dataset.busy = "1";
});

// A page out of the back cache must not stay busy.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) delete form?.querySelector("[data-busy-on-submit]").dataset.busy;
});

/* Whoever sees this page is logged in no more. */
forgetWalk();
forgetList().catch(() => {});
