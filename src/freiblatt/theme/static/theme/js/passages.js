// Words that a reader marks in the article can be commented on: a button beside them, then the paragraph's own form,
// narrowed to those words. The server looks for them in the text; what stands here is only what the reader saw.
import { prepare } from "./discuss.js";

const LONGEST = 2000, AROUND = 32, PARAGRAPH = "p, li, h2, h3, h4";
const label = document.getElementById("say");
let button, chosen;

/** Offer to comment on the words that are marked at this moment; called by `start.js` whenever that changes. */
export function offer() {
  const selection = getSelection();
  chosen = selection.isCollapsed || !selection.rangeCount ? null : choose(selection.getRangeAt(0));
  if (!chosen) return void button?.remove();
  if (!button) {
    button = Object.assign(document.createElement("button"), { type: "button", className: "passage-button" });
    button.textContent = label.dataset.words;
    // A press must not take the mark away before it is read.
    button.addEventListener("pointerdown", (event) => event.preventDefault());
    button.addEventListener("click", open);
  }
  const place = [...selection.getRangeAt(0).getClientRects()].at(-1);
  if (!button.isConnected) document.body.append(button);
  const widest = document.documentElement.clientWidth - button.offsetWidth - 8;
  button.style.top = `${scrollY + place.bottom + 10}px`;
  button.style.left = `${Math.max(8, Math.min(scrollX + place.left, widest))}px`;
}

/** Return the words of `range` as the server counts them, with the link of the paragraph where they begin. */
function choose(range) {
  const from = element(range.startContainer)?.closest(PARAGRAPH);
  const link = from?.querySelector(":scope > .say");
  const block = from?.closest("[class^=block-]");
  if (!link || !block) return null;
  const paragraphs = [...block.querySelectorAll(PARAGRAPH)].filter((one) => one.querySelector(":scope > .say"));
  const reached = paragraphs.slice(paragraphs.indexOf(from)).filter((one) => range.intersectsNode(one));
  const words = reached.map((one) => inside(one, range).words).join("\n");
  const whole = inside(from);
  const { before } = inside(from, range);
  if (!words.trim()) return null;
  const end = inside(reached.at(-1), range);
  return {
    link, from: reached.at(-1), words: [...words].slice(0, LONGEST).join(""), offset: [...before].length, lead: whole.words.length - whole.words.trimStart().length,
    before: [...before].slice(-AROUND).join(""), after: [...end.after].slice(0, AROUND).join(""),
  };
}

const element = (node) => (node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement);

/** Return the words of a paragraph before, in and behind `range`; a line break counts as one sign. */
function inside(paragraph, range) {
  const found = { before: "", words: "", after: "" };
  const walker = document.createTreeWalker(paragraph, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT, (node) => {
    if (node.nodeType === Node.TEXT_NODE || node.nodeName === "BR") return NodeFilter.FILTER_ACCEPT;
    // Lists and questions inside an item are no words of its own.
    return node.matches(`${PARAGRAPH}, ul, ol, details`) ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_SKIP;
  });
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const text = node.nodeName === "BR" ? "\n" : node.data;
    let start = 0, end = text.length;
    if (range) {
      const all = document.createRange();
      all.selectNode(node);
      if (range.compareBoundaryPoints(Range.START_TO_END, all) <= 0) { found.after += text; continue; }
      if (range.compareBoundaryPoints(Range.END_TO_START, all) >= 0) { found.before += text; continue; }
      if (node === range.startContainer) start = range.startOffset;
      if (node === range.endContainer) end = range.endOffset;
    }
    found.before += text.slice(0, start);
    found.words += text.slice(start, end);
    found.after += text.slice(end);
  }
  return found;
}

/** Put the form for the chosen words behind their paragraph. */
async function open() {
  const { link, from, words, offset, lead, before, after } = chosen;
  button.remove();
  try {
    const response = await fetch(link.href, { credentials: "same-origin" });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const form = response.ok && document.adoptNode(page.querySelector("[data-comment]"));
    if (!form) throw new Error(response.status);
    const { elements } = form;
    elements.start.value = Number(elements.start.value) - lead + offset;
    elements.words.value = words;
    elements.prefix.value = before;
    elements.suffix.value = after;
    form.querySelector("[data-quoted]").textContent = words.replace(/\s+/g, " ").trim();
    form.dataset.moved = "yes";
    for (const field of form.querySelectorAll("[id]")) {
      const id = field.id;
      field.id = `${id}-${Date.now()}`;
      form.querySelector(`[for="${id}"]`)?.setAttribute("for", field.id);
    }
    const place = Object.assign(document.createElement("div"), { className: "passage-form" });
    place.append(form);
    (from.closest("ul, ol") || from).after(place);
    getSelection().removeAllRanges();
    prepare(form);
    elements.text.focus();
  } catch {
    location.href = link.href;
  }
}
