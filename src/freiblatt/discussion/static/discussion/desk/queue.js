// The queue by keyboard: every key sends a form that stands there anyway. What fails is said, and nothing is lost.

const queue = document.querySelector("[data-queue]");
const said = document.querySelector("[data-said]");
const count = document.querySelector("[data-count]");
/** What was decided here and can be taken back: {item, pk, token, deed}, the latest last. */
const done = [];
let current = null;

const items = () => [...queue.querySelectorAll(".desk-queue > li")].filter((item) => !item.hidden);
const entryOf = (item) => item.querySelector(".desk-entry");

function tell(text) {
  // Emptied first, so that the same sentence twice is read twice.
  said.textContent = "";
  requestAnimationFrame(() => { said.textContent = text; });
}

function goTo(item) {
  if (!item) return;
  current = item;
  entryOf(item).focus({ preventScroll: true });
  entryOf(item).scrollIntoView({ block: "nearest" });
}

function move(step) {
  const all = items();
  const place = all.indexOf(current);
  goTo(all[Math.min(Math.max(place + step, 0), all.length - 1)]);
}

function close(item) {
  for (const panel of item.querySelectorAll("details[data-panel][open]")) panel.open = false;
}

function open(item, key) {
  const panel = item.querySelector(`details[data-panel="${key}"]`);
  if (!panel) return;
  const wasOpen = panel.open;
  close(item);
  panel.open = !wasOpen;
  const first = panel.open ? panel.querySelector("[data-first]") : null;
  if (first) first.focus();
  else entryOf(item).focus();
}

function show(waiting) {
  if (waiting === 0) count.textContent = count.dataset.none;
  else if (waiting === 1) count.textContent = count.dataset.one;
  else count.textContent = count.dataset.many.replace("#", waiting);
}

function complain(item, text) {
  const place = item && item.querySelector("[data-entry-said]");
  if (!place) return tell(text);
  place.textContent = text;
  place.hidden = false;
  entryOf(item).focus();
}

/** Send a form's own fields to the form's own address; return the answer, or a sentence in `fault`. */
async function send(action, fields) {
  let answer;
  try {
    answer = await fetch(action, { method: "POST", body: fields, headers: { Accept: "application/json" } });
  } catch {
    return { fault: queue.dataset.fault };
  }
  // A door that is closed leads to the sign-in, which is no JSON.
  if (answer.redirected || answer.status === 403) return { fault: queue.dataset.signedOut };
  try {
    const told = await answer.json();
    return answer.ok || told.fault ? told : { fault: queue.dataset.fault };
  } catch {
    return { fault: queue.dataset.fault };
  }
}

function renew(item, token) {
  for (const field of item.querySelectorAll('input[name="comment"]')) field.value = token;
}

async function decide(form, submitter) {
  const item = form.closest(".desk-queue > li");
  if (item.dataset.busy) return;
  item.dataset.busy = "1";
  const fields = new FormData(form, submitter);
  const told = await send(form.action, fields);
  delete item.dataset.busy;
  if (told.fault) return complain(item, told.fault);
  const [one] = told.comments;
  show(told.waiting);
  if (!one.done) return complain(item, one.says);
  const stays = form.hasAttribute("data-stays");
  if (one.token) renew(item, one.token);
  if (stays) {
    close(item);
    entryOf(item).focus();
    return tell(one.says);
  }
  if (one.undo) done.push({ item, token: one.token, deed: one.undo, form });
  const all = items();
  const place = all.indexOf(item);
  const next = all[place + 1] || all[place - 1];
  close(item);
  item.querySelector("[data-entry-said]").hidden = true;
  item.querySelector('input[type="checkbox"]').checked = false;
  item.hidden = true;
  if (next) {
    goTo(next);
    tell(one.says);
  } else {
    tell(`${one.says} ${queue.dataset.end}`);
    (document.querySelector("[data-more]") || said).focus();
  }
}

async function undo() {
  const last = done.at(-1);
  if (!last) return tell(queue.dataset.nothing);
  const fields = new FormData(last.form);
  fields.set("comment", last.token);
  fields.set("deed", last.deed);
  const told = await send(last.form.action, fields);
  if (told.fault) return tell(told.fault);
  const [one] = told.comments;
  done.pop();
  show(told.waiting);
  if (one.done) {
    renew(last.item, one.token);
    last.item.hidden = false;
    goTo(last.item);
  }
  tell(one.says);
}

function digit(item, key) {
  const panel = item.querySelector("details[data-panel][open]");
  const button = panel && panel.querySelector(`[data-digit="${key}"]`);
  if (button) button.click();
  return Boolean(button);
}

const KEYS = {
  j: () => move(1),
  ArrowDown: () => move(1),
  k: () => move(-1),
  ArrowUp: () => move(-1),
  a: (item) => item.querySelector('[data-deed="approve"] button').click(),
  r: (item) => open(item, "r"),
  p: (item) => open(item, "p"),
  e: (item) => open(item, "e"),
  q: (item) => open(item, "q"),
  x: (item) => item.querySelector('input[type="checkbox"]').click(),
  u: () => undo(),
  "?": () => {
    const help = queue.querySelector("[data-help]");
    help.open = !help.open;
    if (help.open) help.querySelector("summary").focus();
  },
};

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const place = event.target;
  if (event.key === "Escape" && current) {
    if (!current.querySelector("details[data-panel][open]")) return;
    close(current);
    entryOf(current).focus();
  } else {
    // Whoever types a word, or chooses from a list, does not decide.
    if (place.closest('textarea, select, input:not([type="checkbox"]), [contenteditable], [role="dialog"]')) return;
    const item = place.closest(".desk-queue > li") || current;
    if (/^[1-9]$/.test(event.key)) {
      if (!item || !digit(item, event.key)) return;
    } else {
      const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
      if (!Object.hasOwn(KEYS, key)) return;
      if (event.repeat && !["j", "k", "ArrowDown", "ArrowUp"].includes(key)) return event.preventDefault();
      if (item && !item.hidden) current = item;
      if (key !== "u" && key !== "?" && (!current || current.hidden)) return;
      KEYS[key](current);
    }
  }
  event.preventDefault();
  // The admin has keys of its own, "?" among them.
  event.stopImmediatePropagation();
}

if (queue) {
  said.tabIndex = -1;
  queue.addEventListener("submit", (event) => {
    if (event.target.hasAttribute("data-plain")) return;
    event.preventDefault();
    decide(event.target, event.submitter);
  });
  queue.addEventListener("focusin", (event) => {
    current = event.target.closest(".desk-queue > li") || current;
  });
  if ("keys" in queue.dataset) {
    document.addEventListener("keydown", onKey, { capture: true });
    goTo(items()[0]);
  }
}
