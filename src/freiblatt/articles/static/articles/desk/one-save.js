// While a new page saves itself for the first time, it has no address of its own yet: whoever submits it in that moment
// would make it a second time, and be told that its address is taken. The submission waits for the answer instead.
const form = document.querySelector("[data-edit-form]");
// Long enough for any answer; after it the submission goes out whatever became of the other.
const WAIT_MS = 10_000;
let isSaving = false;
let isGoing = false;
let isLeaving = false;
let goOn = null;

const settle = () => {
  isSaving = false;
  goOn?.();
};

form?.addEventListener("w-autosave:save", (event) => {
  // What is on its way as a whole need not be saved beside it, and what is being checked may not.
  if (isLeaving) event.preventDefault();
  isSaving = !event.defaultPrevented;
});
form?.addEventListener("w-autosave:success", settle);
form?.addEventListener("w-autosave:error", settle);

// Heard at the window and on the way down, before anything of Wagtail's hears it.
window.addEventListener(
  "submit",
  (event) => {
    if (event.target !== form || !isSaving || isGoing) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (goOn) return;
    const { submitter } = event;
    const late = setTimeout(settle, WAIT_MS);
    goOn = () => {
      clearTimeout(late);
      goOn = null;
      isGoing = true;
      form.requestSubmit(submitter);
      isGoing = false;
    };
  },
  { capture: true },
);
// And after everybody else: is it really going?
window.addEventListener("submit", (event) => {
  if (event.target === form && !event.defaultPrevented) isLeaving = true;
});
window.addEventListener("pageshow", () => {
  isLeaving = false;
});
