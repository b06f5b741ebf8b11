// Writing, answering and voting without leaving the page. What is sent and what comes back are the same forms and pages
// that work without this module.
const NAME = "discussion-name", OWN = "discussion-own", READER = "discussion-reader", KEPT = 50;

const kept = (key) => { try { return JSON.parse(localStorage.getItem(key)); } catch { return null; } };
const keep = (key, value) => { try { localStorage.setItem(key, JSON.stringify(value)); } catch { /* not allowed here */ } };

/** Who this device is to the server: a reader with a confirmed address, else whoever wrote the last comment here. */
const known = () => kept(READER) || (kept(OWN) || []).at(-1) || "";

/** Return the page at `url`; `response` says what became of it. */
async function page(url, options) {
  const response = await fetch(url, { credentials: "same-origin", ...options });
  const parsed = new DOMParser().parseFromString(await response.text(), "text/html");
  return { response, parsed };
}

/** Do what an element with one of the attributes of `start.js` asks for. */
export function start(asked, event) {
  if (asked.matches("[data-votes]")) return vote(asked, event.submitter);
  if (asked.matches("[data-answer]")) return answer(asked);
  if (event.type === "submit") return send(asked, event.submitter);
  return prepare(asked);
}

/** Fill in what the stored page cannot know: the form's nonce, and what this device remembers of its reader. */
export async function prepare(form) {
  const name = form.elements.name;
  if (!name || form.dataset.ready) return;
  form.dataset.ready = "yes";
  if (!name.value) name.value = kept(NAME) || "";
  form.elements.known_by.value = known();
  if (form.elements.nonce) return;
  try {
    const { response, parsed } = await page(form.action);
    const fresh = response.ok && parsed.querySelector("[data-comment]");
    if (!fresh) throw new Error(response.status);
    form.append(fresh.elements.nonce);
    form.querySelector(".form-end").replaceWith(fresh.querySelector(".form-end"));
  } catch {
    delete form.dataset.ready;
  }
}

/** Send a form; put the comment, or the form with what is wrong in it, where the reader is. */
async function send(form, button) {
  const body = new FormData(form, button);
  if (button) button.disabled = true;
  try {
    const { response, parsed } = await page(form.action, { method: "POST", body: new URLSearchParams(body) });
    const own = parsed.querySelector("[data-own]");
    // The form of an own page changes what stands above it there.
    if (response.ok && own) return form.elements.name ? arrived(form, own, response.url) : location.assign(response.url);
    const answer = parsed.querySelector("[data-comment]");
    if (!answer) throw new Error(response.status);
    // A preview, where the nonce had not come in time: as a page it says more.
    if (parsed.querySelector(".discussion-preview")) return void form.submit();
    form.replaceWith(document.adoptNode(answer));
    answer.dataset.ready = "yes";
    (answer.querySelector("[aria-invalid]") || answer.elements.text).focus();
  } catch {
    form.submit();
  } finally {
    if (button) button.disabled = false;
  }
}

/** Show the reader's own comment in its place, with the way to change it. */
function arrived(form, own, url) {
  const comment = document.adoptNode(own.querySelector(".comment"));
  const state = document.adoptNode(own.querySelector(".discussion-state"));
  const link = Object.assign(document.createElement("a"), { href: url, textContent: own.querySelector("h1").textContent });
  state.className = "comment-own";
  state.append(" ", link);
  comment.classList.add("is-own");
  comment.append(state);
  if (form.elements.name) keep(NAME, form.elements.name.value);
  remember(own);
  form.before(comment);
  if (form.dataset.moved) form.remove();
  else {
    form.reset();
    delete form.dataset.ready;
    form.elements.nonce?.remove();
  }
  import("./times.js").then((module) => module.start(comment));
  comment.tabIndex = -1;
  comment.focus();
}

/** Keep the token of an own page on this device, so that the next comment of its writer is known as theirs; or drop it. */
export function remember(page = document.querySelector("[data-own], [data-own-gone]")) {
  const { own, ownGone, reader } = page.dataset;
  if (reader !== undefined) keep(READER, own);
  if (ownGone !== undefined && kept(READER) && location.pathname.includes(kept(READER))) keep(READER, "");
  // The page that says that a comment is gone stands at the address of its own page.
  const tokens = (kept(OWN) || []).filter((token) => ownGone === undefined || !location.pathname.includes(token));
  if (own && !tokens.includes(own)) tokens.push(own);
  keep(OWN, tokens.slice(-KEPT));
}

/** Move the form for an answer below the comment it answers. */
async function answer(link) {
  const place = link.closest(".comment-acts");
  const open = place.parentElement.querySelector(":scope > .discussion-form");
  if (open) return open.elements.text.focus();
  const { response, parsed } = await page(link.href);
  const form = response.ok && parsed.querySelector("[data-comment]");
  if (!form) throw new Error(response.status);
  form.dataset.moved = "yes";
  form.action = link.href;
  // Several forms may be open: labels keep to their own fields.
  for (const field of form.querySelectorAll("[id]")) {
    const id = field.id;
    field.id = `${id}-${Date.now()}`;
    form.querySelector(`[for="${id}"]`)?.setAttribute("for", field.id);
  }
  place.after(document.adoptNode(form));
  prepare(form);
  form.elements.text.focus();
}

/** Let this device vote where only readers with a confirmed address still can, if it is one of theirs. */
export function admit() {
  if (kept(READER)) for (const button of document.querySelectorAll("button[form=votes]")) button.disabled = false;
}

/** Count a vote; the same button again takes it back. */
async function vote(form, button) {
  const isMine = button.getAttribute("aria-pressed") === "true";
  const body = new URLSearchParams({ [isMine ? "none" : button.name]: button.value, known_by: form.elements.known_by?.value || known() });
  const headers = { Accept: "application/json" };
  const response = await fetch(form.action, { method: "POST", body, headers, credentials: "same-origin" });
  const facts = await response.json();
  const acts = button.closest(".comment-acts");
  if (facts.fault) return void tell(acts, facts.fault);
  for (const [name, value] of [["up", 1], ["down", -1]]) {
    const one = acts.querySelector(`[name=${name}]`);
    if (!one) continue;
    one.querySelector(".n").textContent = facts[name];
    one.setAttribute("aria-label", one.getAttribute("aria-label").replace(/\d+(?=\D*$)/, facts[name]));
    one.setAttribute("aria-pressed", facts.mine === value);
  }
}

function tell(place, sentence) {
  let note = place.querySelector("[role=status]");
  if (!note) place.append(note = Object.assign(document.createElement("span"), { role: "status" }));
  note.textContent = sentence;
}
