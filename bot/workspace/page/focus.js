/**
 * Where the focus goes when what had it is gone: into a dialog that opened, back when it closed, or to the message
 * whose button was taken away. Whoever works by keyboard never loses their place.
 */

import { state } from "./state.js";

/** @typedef {{node: Element, message: Element | null, pane: Element | null}} Whereabouts */

/** Just before the drawing under way. @type {Whereabouts | null} */
let now = null;
/** Before the first of the dialogs that are open. @type {Whereabouts | null} */
let beforeDialogs = null;

/** Call it before each drawing. */
export function noteFocus() {
  now = whereabouts(document.activeElement);
  if (state.views.length > 0 || state.confirm) beforeDialogs ??= now;
}

/** Call it after each drawing. */
export function settleFocus() {
  const top = /** @type {HTMLElement | null} */ (document.querySelector(".dialog-place:last-child .dialog"));
  if (top) {
    if (!state.menu && !top.contains(document.activeElement)) focusFirst(top);
    return;
  }
  if (beforeDialogs) goBack(beforeDialogs);
  else if (now && !now.node.isConnected) goBack(now);
  beforeDialogs = null;
}

/** @param {Element | null} node @returns {Whereabouts | null} */
function whereabouts(node) {
  if (node === null || node === document.body) return null;
  return { node, message: node.closest(".message"), pane: node.closest(".thread, .channel") };
}

/** To the same thing, else to its message, else to where one writes. @param {Whereabouts} was */
function goBack({ node, message, pane }) {
  const composer = (pane?.isConnected ? pane : document).querySelector(".composer-text");
  const back = [node, message, composer].find((candidate) => candidate?.isConnected);
  /** @type {HTMLElement | undefined} */ (back ?? undefined)?.focus();
}

/** The first input, else the button that does least. @param {HTMLElement} dialog */
function focusFirst(dialog) {
  const field = dialog.querySelector(".dialog-body .field, .dialog-body input");
  const button = dialog.querySelector(".dialog-footer button");
  /** @type {HTMLElement} */ (field ?? button ?? dialog).focus();
}
