/** What stands in the composers and was not sent; it survives going elsewhere and back. */

/** By composer. @type {Map<string, string>} */
const drafts = new Map();

/** @param {string} key */
export function draftOf(key) {
  return drafts.get(key) ?? "";
}

/**
 * @param {string} key
 * @param {string} text
 */
export function keepDraft(key, text) {
  if (text) drafts.set(key, text);
  else drafts.delete(key);
}

/**
 * Put text into the composer of the channel that is open, ready to be sent or changed.
 *
 * @param {string} text
 */
export function fillComposer(text) {
  const field = document.querySelector(".channel .composer-text");
  if (!(field instanceof HTMLTextAreaElement)) return;
  field.value = text;
  field.dispatchEvent(new Event("input"));
  field.focus();
}

/** As high as its text, up to what the style sheet allows. @param {HTMLTextAreaElement} field */
export function fitHeight(field) {
  field.style.height = "auto";
  field.style.height = `${field.scrollHeight}px`;
}
