/* A revealed value counts down and hides itself; copying a masked value copies the mask. */
const running = new Set();

function start(box) {
  if (running.has(box)) return;
  running.add(box);
  const until = Date.now() + Number(box.dataset.revealSeconds) * 1000;
  const label = box.querySelector("[data-reveal-timer]");
  const tick = () => {
    const left = Math.ceil((until - Date.now()) / 1000);
    if (!box.isConnected) { running.delete(box); return; }
    if (left <= 0) { hide(box); return; }
    label.textContent = `${left} 秒后隐藏`;
    window.setTimeout(tick, 500);
  };
  tick();
}

/* Puts the mask back; other boxes that were revealed with it (birth dates) go as well. */
export function hide(box) {
  running.delete(box);
  const kept = box.querySelector("template[data-reveal-masked]");
  if (!kept) { box.textContent = box.dataset.mask || ""; return; }
  const masked = kept.content.firstElementChild.cloneNode(true);
  box.replaceWith(masked);
  window.htmx?.process(masked);
}

function scan() {
  document.querySelectorAll("[data-reveal-seconds]").forEach(start);
}

document.addEventListener("htmx:afterSettle", scan);
document.addEventListener("copy", (event) => {
  const node = window.getSelection()?.anchorNode;
  const box = node?.parentElement?.closest(".pp-mask");
  if (!box || box.classList.contains("is-shown")) return;
  event.clipboardData.setData("text/plain", box.dataset.mask);
  event.preventDefault();
});
// Nothing stays open on a page that is left or put into the back cache.
window.addEventListener("pagehide", () => {
  document.querySelectorAll("[data-reveal-seconds]").forEach(hide);
});
scan();
