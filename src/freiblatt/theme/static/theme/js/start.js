// The one module that a page loads: it brings in the others where the page, or the reader's click, asks for them.
const onPage = [["time[data-relative]", () => import("./times.js")]];
const onClick = [["[data-embed]", () => import("./embed.js")]];

for (const [asks, load] of onPage) {
  if (document.querySelector(asks)) load().then((module) => module.start(document));
}

// What happens in a discussion matters to those who come near it.
const live = document.querySelector("[data-live]"), discussion = document.getElementById("discussion");
if (live && discussion) {
  new IntersectionObserver((entries, observer) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    observer.disconnect();
    import("./live.js").then((module) => module.start(live));
  }, { rootMargin: "50%" }).observe(discussion);
}

document.addEventListener("click", (event) => {
  if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
  for (const [asks, load] of onClick) {
    const asked = event.target.closest(asks);
    if (!asked) continue;
    event.preventDefault();
    load().then((module) => module.start(asked)).catch(() => { location.href = asked.href; });
  }
});
