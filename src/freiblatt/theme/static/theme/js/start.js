// The one module that a page loads: it brings in the others where the page, or the reader's click, asks for them.
const onPage = [["time[data-relative]", () => import("./times.js")]];
const discuss = () => import("./discuss.js");
const onEvent = {
  click: [["[data-embed]", () => import("./embed.js")], ["[data-answer]", discuss]],
  focusin: [["[data-comment]", discuss]],
  submit: [["[data-comment], [data-votes]", discuss]],
};

for (const [asks, load] of onPage) {
  if (document.querySelector(asks)) load().then((module) => module.start(document));
}
// Where only readers with a confirmed address still vote, most have nothing to load.
const isKnown = () => { try { return localStorage["discussion-reader"]; } catch { return ""; } };
if (document.querySelector("[data-readers]") && isKnown()) discuss().then((module) => module.admit());
if (document.querySelector("[data-own], [data-own-gone]")) discuss().then((module) => module.remember());

// What happens in a discussion matters to those who come near it.
const live = document.querySelector("[data-live]"), discussion = document.getElementById("discussion");
if (live && discussion) {
  new IntersectionObserver((entries, observer) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    observer.disconnect();
    import("./live.js").then((module) => module.start(live));
  }, { rootMargin: "50%" }).observe(discussion);
}

// Whoever marks words of the article may want to say something on them.
if (document.getElementById("say")) {
  let waiting, hasMarked;
  document.addEventListener("selectionchange", () => {
    if (!(hasMarked ||= !getSelection().isCollapsed)) return;
    clearTimeout(waiting);
    waiting = setTimeout(() => import("./passages.js").then((module) => module.offer()), 250);
  });
}

for (const [kind, table] of Object.entries(onEvent)) {
  document.addEventListener(kind, (event) => {
    if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
    for (const [asks, load] of table) {
      const asked = event.target.closest(asks);
      // A preview is a page of its own.
      if (!asked || event.submitter?.name === "preview") continue;
      if (kind !== "focusin") event.preventDefault();
      load().then((module) => module.start(asked, event)).catch(() => plainly(kind, asked, event.submitter));
    }
  });
}

/** Do what the browser would have done without us. */
function plainly(kind, asked, pressed) {
  if (kind === "click") location.href = asked.href;
  if (kind !== "submit") return;
  if (pressed?.name) asked.append(Object.assign(document.createElement("input"), { type: "hidden", name: pressed.name, value: pressed.value }));
  asked.submit();
}
