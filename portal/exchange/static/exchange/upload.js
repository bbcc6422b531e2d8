/* The drop zone: shows what was chosen; the page works without it. */
const drop = document.querySelector("[data-drop]");

if (drop) {
  const input = drop.querySelector("input[type=file]");
  const name = drop.querySelector("[data-file-name]");

  input.addEventListener("change", () => {
    const file = input.files[0];
    if (file) name.textContent = `${file.name}　${(file.size / 1024).toFixed(0)} KB`;
  });
  for (const type of ["dragenter", "dragover"]) {
    drop.addEventListener(type, () => drop.classList.add("is-over"));
  }
  for (const type of ["dragleave", "drop"]) {
    drop.addEventListener(type, () => drop.classList.remove("is-over"));
  }
}

/* Another kind of file has other required columns and another template. */
document.querySelectorAll("[data-kind-url]").forEach((choice) => {
  choice.addEventListener("change", () => {
    if (document.querySelector("[data-drop] input").files.length === 0) {
      window.location.assign(choice.dataset.kindUrl);
    }
  });
});
