// "2 hours ago" in place of a printed time; the exact one stays as title, and returns on paper.
const steps = [[60, "minute", 60], [24, "hour", 3600], [7, "day", 86400]];

/** Return `when` in words relative to `now`, or "" where a date says more. */
export function relative(when, now, isDay, language) {
  const words = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
  if (isDay) {
    const days = Math.round((Date.parse(when) - Date.parse(localDay(now))) / 864e5);
    return days > -7 && days <= 0 ? words.format(days, "day") : "";
  }
  const seconds = (Date.parse(when) - now) / 1000;
  if (!(seconds < 60)) return "";
  if (seconds > -60) return words.format(0, "minute");
  for (const [limit, unit, length] of steps) {
    const count = Math.trunc(seconds / length);
    if (-count < limit) return words.format(count, unit);
  }
  return "";
}

function localDay(now) {
  const day = new Date(now);
  return new Date(day - day.getTimezoneOffset() * 6e4).toISOString().slice(0, 10);
}

/** Rewrite every marked time in `root`. */
export function start(root) {
  for (const time of root.querySelectorAll("time[data-relative]")) {
    const when = time.getAttribute("datetime");
    const exact = time.title || time.textContent;
    const words = relative(when, Date.now(), when.length === 10, time.closest("[lang]").lang);
    if (!words) continue;
    time.title = exact;
    time.textContent = words;
  }
}

addEventListener("beforeprint", () => {
  for (const time of document.querySelectorAll("time[data-relative][title]")) time.textContent = time.title;
});
