/**
 * The `rich_text` block. Its text elements are literal: nothing in them is read as a mention, link or style.
 *
 * @import {Block} from "./types.js"
 * @import {Content} from "./dom.js"
 */

import { fullTime, slackDate } from "./dates.js";
import { h } from "./dom.js";
import { emojiNamed } from "./emoji.js";
import { broadcast, channelMention, groupMention, link, userMention } from "./links.js";
import { plainLines } from "./render_text.js";
import { state } from "./state.js";

const LIST_MARKS = ["disc", "circle", "square"];

/** @param {Block} block @returns {Content} */
export function renderRichText(block) {
  return (block.elements ?? []).map(renderPart);
}

/** @param {Block} part @returns {Content} */
function renderPart(part) {
  const inside = part.elements ?? [];
  switch (part.type) {
    case "rich_text_section":
      return h("div", { class: "rich-section" }, inside.map(renderElement));
    case "rich_text_preformatted":
      return h("pre", { class: "code-block", tabindex: 0 }, inside.map(renderLiteral));
    case "rich_text_quote":
      return h("blockquote", null, inside.map(renderElement));
    case "rich_text_list":
      return renderList(part);
    default:
      return h("div", { class: "unknown" }, `[${part.type}]`);
  }
}

/** @param {Block} part */
function renderList(part) {
  const indent = Math.min(Number(part.indent ?? 0), 8);
  const ordered = part.style === "ordered";
  const items = (part.elements ?? []).map((/** @type {Block} */ item) => h("li", null, (item.elements ?? []).map(renderElement)));
  const marks = ordered ? "" : ` list-${LIST_MARKS[indent % 3]}`;
  return h(ordered ? "ol" : "ul", { class: `indent-${indent}${marks}`, start: ordered ? 1 + Number(part.offset ?? 0) : null }, items);
}

/** Within `pre` a line break is one. @param {Block} element @returns {Content} */
function renderLiteral(element) {
  return element.type === "text" ? String(element.text ?? "") : renderElement(element);
}

/** @param {Block} element @returns {Content} */
function renderElement(element) {
  return styled(element.style ?? {}, renderPlainElement(element));
}

/** @param {Block} element @returns {Content} */
function renderPlainElement(element) {
  switch (element.type) {
    case "text":
      return plainLines(String(element.text ?? ""));
    case "link":
      return link(String(element.url ?? ""), String(element.text ?? element.url ?? ""));
    case "emoji":
      return emojiNamed(String(element.name ?? ""));
    case "user":
      return userMention(String(element.user_id ?? ""));
    case "channel":
      return channelMention(String(element.channel_id ?? ""));
    case "usergroup":
      return groupMention(String(element.usergroup_id ?? ""));
    case "broadcast":
      return broadcast(String(element.range ?? ""));
    case "date":
      return renderDate(element);
    case "color":
      return h("code", null, String(element.value ?? ""));
    default:
      return h("span", { class: "unknown" }, `[${element.type}]`);
  }
}

/** @param {Block} element */
function renderDate(element) {
  const seconds = Number(element.timestamp);
  if (!(seconds >= 0 && seconds < 1e11)) return String(element.fallback ?? "");
  const shown = slackDate(seconds, String(element.format ?? "{date}"), state.now);
  const time = h("time", { title: fullTime(new Date(seconds * 1000)) }, shown);
  return element.url ? link(String(element.url), time) : time;
}

/**
 * @param {Block} style
 * @param {Content} content
 * @returns {Content}
 */
function styled(style, content) {
  if (style.code) content = h("code", null, content);
  if (style.bold) content = h("strong", null, content);
  if (style.italic) content = h("em", null, content);
  if (style.strike) content = h("s", null, content);
  if (style.underline) content = h("u", null, content);
  return content;
}
