// Wagtail's editor begins to watch a form some seconds after it is shown, and takes what it finds then for the text as
// it was. What somebody has typed by then, or while a draft is being saved, is marked here as not saved yet.
const form = document.querySelector("[data-edit-form]");
let isTyped = false;

form?.addEventListener("input", () => {
  isTyped = true;
});
form?.addEventListener("w-autosave:save", () => {
  isTyped = false;
});
form?.addEventListener("w-unsaved:watch-edits", () => {
  if (isTyped) form.dataset.wUnsavedForceValue = "true";
});
