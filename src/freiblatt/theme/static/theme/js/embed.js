// Loads somebody else's player, after the reader asked for it.

/** Put the frame that `link` stands for in its place. */
export function start(link) {
  const frame = document.createElement("iframe");
  frame.src = link.dataset.embed;
  frame.title = link.dataset.title || link.textContent.trim();
  frame.allow = "fullscreen; encrypted-media; picture-in-picture";
  frame.allowFullscreen = true;
  frame.referrerPolicy = "strict-origin-when-cross-origin";
  frame.className = "embed-frame";
  link.replaceWith(frame);
  frame.focus();
}
