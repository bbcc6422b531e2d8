/* Two minutes before the session ends unused, the page says so; one press goes on. The server is
   asked how long it really is: another tab may have been used. When it has ended, the page cannot be
   read any more by whoever comes by, and the question who is there stands over it; what was typed
   stays. */
const WARN = 120;
const { leftUrl, idle } = document.body.dataset;

async function check() {
  const answer = await window.fetch(leftUrl, { headers: { Accept: "application/json" } }).catch(() => null);
  if (!answer) { wait(30); return; }
  const { seconds } = answer.ok && !answer.redirected ? await answer.json() : { seconds: 0 };
  if (seconds > WARN) { hide(); wait(seconds - WARN); return; }
  show(seconds);
}

function wait(seconds) {
  window.setTimeout(check, seconds * 1000);
}

function show(seconds) {
  const bar = document.getElementById("idle-bar");
  const text = seconds > 0 ? bar.dataset.soon : bar.dataset.over;
  bar.querySelector("span").textContent = text.replace("%", Math.max(1, Math.ceil(seconds / 60)));
  const button = bar.querySelector("button");
  button.textContent = seconds > 0 ? button.dataset.soon : button.dataset.over;
  bar.hidden = false;
  if (seconds > 0) wait(Math.min(seconds, 30) + 1);
  else lock();
}

function lock() {
  document.body.classList.add("is-locked");
  document.getElementById("page").inert = true;
  // Answered with the question, which again.js puts over the page; asked by its own place, so that
  // nothing is sent again afterwards.
  const host = document.getElementById("again-host");
  window.htmx.ajax("GET", leftUrl, { source: host, target: host, swap: "none" });
}

document.addEventListener("pp:proved", () => {
  if (!document.body.classList.contains("is-locked")) return;
  document.body.classList.remove("is-locked");
  document.getElementById("page").inert = false;
  hide();
  wait(Math.max(1, Number(idle) - WARN));
});

function hide() {
  document.getElementById("idle-bar").hidden = true;
}

document.querySelector("[data-stay]")?.addEventListener("click", async (event) => {
  if (document.body.classList.contains("is-locked")) { lock(); return; }
  await window.fetch(event.currentTarget.dataset.stay);
  check();
});
if (leftUrl) wait(Math.max(1, Number(idle) - WARN));
