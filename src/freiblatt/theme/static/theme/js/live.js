// Says what happens in a discussion while its reader looks. Nothing moves unasked.
const copied = (node) => document.importNode(node, true);
const standing = (comment) => document.getElementById(comment.id);
const part = (comment, names) => comment.querySelector(`:scope > :is(${names})`);

/** Follow the channel of `place`, and tell of it there. */
export function start(place) {
  const section = document.getElementById("discussion"), heading = document.getElementById("discussion-heading");
  const data = place.dataset;
  // How many comments stand there; what came since: by number alone, by id.
  let source, timer, telling, hasEnded, last = "", refusals = 0, known = parseInt(heading.textContent) || 0, unnamed = 0, missed = new Set();

  // The count beside the byline is a link to here.
  const tellers = [heading, ...document.querySelectorAll(`a[href="${location.pathname}#discussion"]`)];
  const counted = (words, count) => data[words + (count === 1 ? "One" : "Many")].replace("%", count);

  function open() {
    if (source || hasEnded || document.hidden) return;
    clearTimeout(timer);
    source = new EventSource(data.live + (last && `?after=${last}`));
    for (const kind of ["state", "comment", "change", "vote"]) source.addEventListener(kind, hear);
    source.addEventListener("end", () => { hasEnded = true; close(); });
    source.onerror = () => {
      // Browsers come back from a loss, but not from a refusal.
      if (source?.readyState !== 2) return;
      close();
      if (++refusals < 7) timer = setTimeout(open, 3e4 * refusals * (1 + Math.random()));
    };
  }

  function close() {
    clearTimeout(timer);
    source?.close();
    source = null;
  }

  function hear({ type, data, lastEventId }) {
    const { ref, counts: { comments } } = JSON.parse(data);
    refusals = 0;
    last = lastEventId;
    if (type === "state") unnamed += Math.max(0, comments - known);
    if (type === "comment") missed.add(ref);
    if (comments !== known) for (const one of tellers) one.textContent = counted("count", known = comments);
    // One's own comment comes on two ways.
    clearTimeout(telling);
    telling = setTimeout(tell, 500);
  }

  function tell() {
    missed = new Set([...missed].filter((ref) => !document.getElementById(`comment-${ref}`)));
    const number = unnamed + missed.size;
    let button = place.querySelector("button");
    if (!number) return button?.remove();
    if (!button) {
      place.replaceChildren(button = document.createElement("button"));
      button.onclick = fetchNew;
    }
    button.textContent = counted("new", number);
  }

  async function fetchNew() {
    this.disabled = true;
    let added;
    try {
      const response = await fetch(data.slice || location.href);
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      added = merge(page.getElementById("discussion"), section);
    } catch { /* below */ }
    // It stands on a later slice, or is gone.
    if (!added?.length) return void (location.href = data.newest);
    unnamed = 0;
    missed.clear();
    const way = document.createElement("a");
    way.href = `#${added[0].id}`;
    way.textContent = data.first;
    way.onclick = () => setTimeout(() => way.remove());
    place.replaceChildren(way);
    way.focus({ preventScroll: true });
    import("./times.js").then((module) => module.start(section));
    if (document.querySelector("[data-readers]")) import("./discuss.js").then((module) => module.admit());
  }

  section.append(place);
  document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
  addEventListener("pagehide", close);
  addEventListener("pageshow", open);
  open();
}

/** Bring `section` up to `fresh`, touching nothing that has not changed; return what is new. */
function merge(fresh, section) {
  const added = [];
  for (const comment of fresh.querySelectorAll(".comment")) {
    const old = standing(comment);
    if (old) renew(old, comment);
    else added.push(insert(comment, section));
  }
  return added;
}

function insert(comment, section) {
  const copy = copied(comment), above = comment.parentElement.closest(".comment"), parent = above ? standing(above) : section;
  copy.classList.add("is-new");
  for (let before = comment; (before = before.previousElementSibling);) {
    if (before.matches(".comment") && standing(before)) {
      standing(before).after(copy);
      return copy;
    }
  }
  const behind = part(parent, ".comment, .comment-more");
  if (behind) behind.before(copy);
  else if (above) parent.append(copy);
  else part(section, "#votes, header:not(:has(~ #votes))").after(copy);
  return copy;
}

function renew(old, comment) {
  const said = ".comment-text, .comment-gone", more = part(comment, ".comment-more");
  if (more) part(old, ".comment-more")?.remove(), old.append(copied(more));
  if (part(old, said)?.innerHTML === part(comment, said)?.innerHTML) return;
  const own = (one) => [...one.children].filter((child) => !child.matches(".comment, .comment-more, .comment-own, form"));
  for (const child of own(old)) child.remove();
  old.prepend(...own(comment).map(copied));
  old.classList.toggle("is-gone", comment.matches(".is-gone"));
}
