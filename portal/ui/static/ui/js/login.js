/* The login: show the password, warn of caps lock, ignore a second press. */
const password = document.getElementById("id_password");
const hint = document.querySelector("[data-caps]");
const eye = document.querySelector("[data-password-eye]");

function warn(event) {
  if (event.getModifierState) hint.hidden = !event.getModifierState("CapsLock");
}

password.addEventListener("keydown", warn);
password.addEventListener("keyup", warn);
password.addEventListener("blur", () => { hint.hidden = true; });

eye.addEventListener("click", () => {
  const shown = password.type === "text";
  password.type = shown ? "password" : "text";
  eye.setAttribute("aria-pressed", String(!shown));
  password.focus();
});

document.querySelector("form").addEventListener("submit", (event) => {
  const button = event.target.querySelector("[data-busy-on-submit]");
  if (button.dataset.busy) event.preventDefault();
  button.dataset.busy = "1";
});

// A page out of the back cache must not stay busy.
window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  delete document.querySelector("[data-busy-on-submit]").dataset.busy;
});
