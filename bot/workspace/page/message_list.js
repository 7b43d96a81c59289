/**
 * Messages one under the other: days, who goes on speaking, where the new ones begin, and the scroll that stays at
 * the end unless the reader went up.
 *
 * @import {Message} from "./types.js"
 * @import {Content, VNode} from "./dom.js"
 */

import { dayName, momentOf } from "./dates.js";
import { h } from "./dom.js";
import { renderMessage } from "./message.js";
import { state } from "./state.js";
import { statusWords } from "./status_line.js";

const GOES_ON_FOR_MS = 5 * 60_000;
const NEAR_THE_END_PX = 60;

/**
 * @param {{key: string, label: string, messages: Message[], inThread: boolean, newFrom?: string | null, above?: Content, below?: Content}} list
 * @returns {VNode}
 */
export function messageList({ key, label, messages, inThread, newFrom = null, above = null, below = null }) {
  return h(
    "div",
    { key, class: "messages", tabindex: 0, role: "region", "aria-label": label, created: stayAtEnd, drawn: keepAtEnd },
    above,
    h("div", { class: "messages-log", role: "log", "aria-live": "polite", "aria-label": label }, rows(messages, inThread, newFrom)),
    below,
  );
}

/**
 * @param {Message[]} messages
 * @param {boolean} inThread
 * @param {string | null} newFrom
 */
function rows(messages, inThread, newFrom) {
  return messages.flatMap((message, index) => {
    const before = messages[index - 1];
    const at = momentOf(message.ts);
    const newDay = !inThread && (!before || momentOf(before.ts).toDateString() !== at.toDateString());
    const newHere = message.ts === newFrom;
    const follows = !newDay && !newHere && goesOn(before, message);
    return [
      newDay ? divider(`day ${at.toDateString()}`, dayName(at, state.now), "") : null,
      newHere ? divider("new", "New", " divider-new") : null,
      renderMessage(message, { follows, inThread }),
      inThread && index === 0 ? replyCount(messages.length - 1) : null,
    ];
  });
}

/**
 * @param {Message | undefined} before
 * @param {Message} message
 */
function goesOn(before, message) {
  if (!before || before.user !== message.user || before.reply_count > 0) return false;
  if (before.ephemeral || message.ephemeral || statusWords(before.channel, before.ts)) return false;
  return Number(message.ts) - Number(before.ts) < GOES_ON_FOR_MS / 1000 && before.subtype === message.subtype;
}

/**
 * @param {string} key
 * @param {string} words
 * @param {string} kind
 */
function divider(key, words, kind) {
  return h("div", { key, class: `divider${kind}`, role: "separator", "aria-label": words }, h("span", null, words));
}

/** @param {number} count */
function replyCount(count) {
  if (count === 0) return null;
  return h("div", { key: "count", class: "divider divider-replies" }, h("span", null, `${count} ${count === 1 ? "reply" : "replies"}`));
}

/** @type {WeakSet<Element>} */
const readingAbove = new WeakSet();

/** @param {HTMLElement} node */
function stayAtEnd(node) {
  node.addEventListener("scroll", () => {
    const below = node.scrollHeight - node.scrollTop - node.clientHeight;
    if (below > NEAR_THE_END_PX) readingAbove.add(node);
    else readingAbove.delete(node);
  });
}

/** @param {HTMLElement} node */
function keepAtEnd(node) {
  if (!readingAbove.has(node)) node.scrollTop = node.scrollHeight;
}
