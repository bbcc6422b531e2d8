/* Keeps what is typed as a draft on the server, a moment after the last key (ui.md 8.4).
   It never blocks: whatever becomes of a draft, the form stays as it is. */
const IDLE_MS = 800;
const form = document.querySelector("[data-draft-url]");
const state = document.querySelector("[data-draft-state]");
let timer = 0;
let isUnsaved = false;
let isSending = false;
let isLeaving = false;

function show(word) {
  state.textContent = word;
}

/* The words of an input method are not typed before it has put them down. */
function later(event) {
  if (event.isComposing) return;
  isUnsaved = true;
  clearTimeout(timer);
  timer = setTimeout(keep, IDLE_MS);
}

async function keep({ keepalive = false } = {}) {
  clearTimeout(timer);
  if (!isUnsaved || isLeaving) return;
  if (isSending && !keepalive) {
    timer = setTimeout(keep, IDLE_MS);
    return;
  }
  isUnsaved = false;
  isSending = true;
  show(state.dataset.saving);
  try {
    const answer = await fetch(form.dataset.draftUrl, {
      method: "POST", body: new URLSearchParams(new FormData(form)), keepalive, redirect: "manual",
      headers: { "X-CSRFToken": form.elements.namedItem("csrfmiddlewaretoken").value },
    });
    if (answer.ok) show(`${state.dataset.saved} ${(await answer.json()).saved}`);
    else show(answer.type === "opaqueredirect" || answer.status === 401 ? state.dataset.ended : state.dataset.failed);
  } catch {
    isUnsaved = true;
    show(state.dataset.failed);
  }
  isSending = false;
}

document.addEventListener("input", (event) => { if (event.target.form === form) later(event); });
document.addEventListener("change", (event) => { if (event.target.form === form) later(event); });
document.addEventListener("compositionend", (event) => { if (event.target.form === form) later(event); });
document.addEventListener("pp:line-removed", later);
form.addEventListener("submit", () => { isLeaving = true; clearTimeout(timer); });
/* Saving failed or was called off: what is typed from here on is a draft again. */
window.addEventListener("pageshow", () => { isLeaving = false; });
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") keep({ keepalive: true });
});
