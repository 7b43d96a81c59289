/**
 * Block Kit as Slack shows it: one function per type of block, and a labelled placeholder for any other.
 *
 * @import {Block, Place} from "./types.js"
 * @import {Content, VNode} from "./dom.js"
 */

import { act } from "./actions.js";
import { h } from "./dom.js";
import { isGroup, renderField } from "./fields.js";
import { icon } from "./icons.js";
import { image } from "./images.js";
import { setValue } from "./inputs.js";
import { renderElement } from "./render_elements.js";
import { renderMarkdown } from "./render_markdown.js";
import { renderRichText } from "./render_rich_text.js";
import { plainString, renderTextObject } from "./render_text.js";
import { state } from "./state.js";

const ALERT_ICONS = /** @type {const} */ ({ default: "info", info: "info", warning: "warning", error: "warning", success: "success" });

/** @type {Record<string, (block: Block, place: Place) => Content>} */
const RENDERERS = {
  header: (block) => h("div", { class: "header-text", role: "heading", "aria-level": 3 }, renderTextObject(block.text)),
  section,
  context,
  context_actions: actions,
  actions,
  divider: () => h("hr", null),
  rich_text: renderRichText,
  markdown: (block) => renderMarkdown(String(block.text ?? "")),
  image: figure,
  alert,
  input,
};

/**
 * @param {Block[]} blocks
 * @param {Place} place
 * @returns {VNode[]}
 */
export function renderBlocks(blocks, place) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  return blocks.map((block) => {
    const count = (counts.get(block.type) ?? 0) + 1;
    counts.set(block.type, count);
    const key = `${block.type} ${count}`; // not the block_id: it changes with each edit, and nodes should live on
    return h("div", { key, class: `block block-${block.type}` }, renderSafely(block, place));
  });
}

/**
 * One block that cannot be drawn must not take the page with it.
 *
 * @param {Block} block
 * @param {Place} place
 * @returns {Content}
 */
function renderSafely(block, place) {
  const render = RENDERERS[block.type];
  if (!render) return h("div", { class: "unknown" }, `Block “${block.type}” is not drawn here`);
  try {
    return render(block, place);
  } catch (error) {
    return h("div", { class: "unknown" }, `Block “${block.type}” cannot be drawn: ${error}`);
  }
}

/**
 * @param {Block} block
 * @param {Place} place
 */
function section(block, place) {
  const fields = (block.fields ?? []).map((/** @type {Block} */ field) => h("div", { class: "section-field" }, renderTextObject(field)));
  const words = [
    block.text ? h("div", { class: "section-text" }, renderTextObject(block.text)) : null,
    fields.length ? h("div", { class: "section-fields" }, fields) : null,
  ];
  if (!block.accessory) return words;
  return h(
    "div",
    { class: "section-beside" },
    h("div", { class: "section-words" }, words),
    h("div", { class: "section-accessory" }, renderElement(block.accessory, block, place)),
  );
}

/** @param {Block} block */
function context(block) {
  return (block.elements ?? []).map((/** @type {Block} */ element) =>
    element.type === "image" ? image(element, "context-image") : h("span", { class: "context-text" }, renderTextObject(element)),
  );
}

/**
 * @param {Block} block
 * @param {Place} place
 */
function actions(block, place) {
  return (block.elements ?? []).map((/** @type {Block} */ element) => renderElement(element, block, place));
}

/** @param {Block} block */
function figure(block) {
  return h("figure", null, block.title ? h("figcaption", null, renderTextObject(block.title)) : null, image(block, "block-image"));
}

/** @param {Block} block */
function alert(block) {
  const level = block.level in ALERT_ICONS ? /** @type {keyof typeof ALERT_ICONS} */ (block.level) : "default";
  return h("div", { class: `alert alert-${level}` }, icon(ALERT_ICONS[level]), h("div", null, renderTextObject(block.text)));
}

/**
 * @param {Block} block
 * @param {Place} place
 */
function input(block, place) {
  const element = block.element;
  const id = encodeURIComponent(`${place.key}/${block.block_id}`);
  const error = place.view ? state.errors.get(place.view.id)?.[block.block_id] : undefined;
  const described = [error ? `${id}/error` : "", block.hint ? `${id}/hint` : ""].filter(Boolean).join(" ");
  const group = isGroup(element);
  const labelled = {
    id,
    "aria-labelledby": group ? `${id}/label` : null,
    "aria-describedby": described || null,
    "aria-invalid": error ? true : null,
    "aria-required": !block.optional && !group ? true : null,
  };
  const tell = block.dispatch_action === true;
  return [
    h(group ? "div" : "label", { class: "input-label", id: `${id}/label`, for: group ? null : id }, plainString(block.label), optionalMark(block)),
    renderField(element, block, place, {
      labelled,
      changed: (value) => (setValue(place, block, element, value), tell && element.type !== "plain_text_input" && act(place, block, element, value)),
      entered: tell && element.type === "plain_text_input" ? (value) => act(place, block, element, value) : undefined,
    }),
    error ? h("div", { class: "input-error", id: `${id}/error` }, icon("warning"), h("span", null, error)) : null,
    block.hint ? h("div", { class: "input-hint", id: `${id}/hint` }, renderTextObject(block.hint)) : null,
  ];
}

/** @param {Block} block */
function optionalMark(block) {
  return block.optional ? h("span", { class: "input-optional" }, " (optional)") : null;
}
