/* A kept form goes on by itself; without a script there is the button. */
document.querySelector("[data-resume]").requestSubmit();
