/* Another kind of file has other required columns and another template. */
document.querySelectorAll("[data-kind-url]").forEach((choice) => {
  choice.addEventListener("change", () => {
    if (document.querySelector("[data-file] input").files.length === 0) {
      window.location.assign(choice.dataset.kindUrl);
    }
  });
});
