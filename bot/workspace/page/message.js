/**
 * One message: who, when, its text or blocks, and what hangs on it (replies, reactions, warnings).
 *
 * @import {InMessage, Message} from "./types.js"
 * @import {Content, VNode} from "./dom.js"
 */

import { tell } from "./actions.js";
import { post } from "./api.js";
import { ago, fullTime, momentOf, shortTimeOf, timeOf } from "./dates.js";
import { h } from "./dom.js";
import { emojiNamed } from "./emoji.js";
import { renderFiles } from "./files.js";
import { showThread } from "./go.js";
import { icon } from "./icons.js";
import { authorOf, avatar, kindBadge, nameOf } from "./people.js";
import { renderBlocks } from "./render_blocks.js";
import { renderMrkdwn } from "./render_text.js";
import { change, state } from "./state.js";
import { statusWords, workingLine } from "./status_line.js";
import { hasNewReplies } from "./unread.js";

/**
 * @param {Message} message
 * @param {{follows: boolean, inThread: boolean}} how  follows: the same person goes on, so the face is not repeated
 * @returns {VNode}
 */
export function renderMessage(message, { follows, inThread }) {
  const name = authorOf(message);
  const at = momentOf(message.ts);
  return h(
    "article",
    {
      key: message.ts,
      class: `message${follows ? " message-follows" : ""}${message.ephemeral ? " message-ephemeral" : ""}`,
      "data-ts": message.ts,
      tabindex: -1,
      "aria-label": `${name}, ${timeOf(at)}`,
    },
    h("div", { class: "message-gutter" }, follows ? time(at, "message-time-hover", shortTimeOf(at)) : avatar(message.user)),
    h(
      "div",
      { class: "message-body" },
      message.ephemeral ? h("div", { class: "only-you" }, icon("eye"), "Only visible to you") : null,
      follows ? null : headline(message, name, at),
      h("div", { class: "message-content" }, content(message)),
      warning(message),
      reactions(message),
      inThread || message.ephemeral ? null : [replySummary(message), working(message)],
    ),
    message.ephemeral ? null : toolbar(message, inThread),
  );
}

/**
 * @param {Message} message
 * @param {string} name
 * @param {Date} at
 */
function headline(message, name, at) {
  const user = state.users.get(message.user);
  return h(
    "div",
    { class: "message-head" },
    h("bdi", { class: "message-name" }, name),
    message.bot_id && user?.kind !== "bot" ? h("span", { class: "badge badge-app" }, "App") : kindBadge(user),
    time(at, "message-time"),
  );
}

/**
 * @param {Date} at
 * @param {string} className
 * @param {string} [words]
 */
function time(at, className, words = timeOf(at)) {
  return h("time", { class: className, datetime: at.toISOString(), title: `${fullTime(at)} (${ago(at, state.now)})` }, words);
}

/** @param {Message} message @returns {Content} */
function content(message) {
  if (message.subtype === "tombstone") return h("div", { class: "tombstone" }, icon("trash"), "This message was deleted.");
  const edited = message.edited ? h("span", { class: "edited", title: fullTime(momentOf(message.edited.ts)) }, " (edited)") : null;
  if (message.blocks.length === 0) return [h("div", { class: "message-text" }, renderMrkdwn(message.text), edited), renderFiles(message)];
  return [renderBlocks(message.blocks, placeOf(message)), edited ? h("div", { class: "message-text" }, edited) : null, renderFiles(message)];
}

/** @param {Message} message @returns {InMessage} */
export function placeOf(message) {
  return { key: `${message.channel}/${message.ts}`, channel: message.channel, ts: message.ts, thread_ts: message.thread_ts };
}

/** What Slack shows at a click that the app did not answer. @param {Message} message */
function warning(message) {
  const words = state.warnings.get(placeOf(message).key);
  return words ? h("div", { class: "message-warning", role: "alert" }, icon("warning"), h("span", null, words)) : null;
}

/** @param {Message} message */
function reactions(message) {
  if (!message.reactions?.length) return null;
  const shown = message.reactions.map(({ name, users }) =>
    h("span", { class: "reaction", title: `${users.map(nameOf).join(", ")} reacted with :${name}:` }, emojiNamed(name), " ", users.length),
  );
  return h("div", { class: "reactions" }, shown);
}

/** @param {Message} message */
function replySummary(message) {
  if (message.reply_count === 0) return null;
  const last = message.latest_reply ? `Last reply ${ago(momentOf(message.latest_reply), state.now)}` : "";
  const open = state.thread?.channel === message.channel && state.thread.ts === message.ts;
  return h(
    "button",
    {
      key: "replies",
      type: "button",
      class: `replies${open ? " replies-open" : ""}`,
      "aria-expanded": open,
      on: { click: () => showThread(message.channel, message.ts) },
    },
    message.reply_users.slice(0, 5).map((user) => avatar(user, "small")),
    h("span", { class: "replies-count" }, `${message.reply_count} ${message.reply_count === 1 ? "reply" : "replies"}`),
    h("span", { class: "replies-last" }, last),
    hasNewReplies(message) ? h("span", { class: "replies-new" }, "New") : null,
  );
}

/** While the thread is closed, its status is told here. @param {Message} message */
function working(message) {
  const open = state.thread?.channel === message.channel && state.thread.ts === message.ts;
  return open || !statusWords(message.channel, message.ts) ? null : workingLine(message.channel, message.ts);
}

/**
 * @param {Message} message
 * @param {boolean} inThread
 */
function toolbar(message, inThread) {
  const me = state.users.get(state.me);
  const mayDelete = (me?.kind === "admin" || message.user === state.me) && message.subtype !== "tombstone";
  const tools = [
    inThread ? null : tool("reply", "Reply in thread", () => showThread(message.channel, message.thread_ts ?? message.ts)),
    mayDelete ? tool("trash", "Delete message", () => confirmDeletion(message)) : null,
  ];
  return tools.some(Boolean) ? h("div", { class: "message-tools" }, tools) : null;
}

/**
 * @param {"reply" | "trash"} name
 * @param {string} label
 * @param {() => void} run
 */
function tool(name, label, run) {
  return h("button", { key: name, type: "button", class: "message-tool", "aria-label": label, title: label, on: { click: run } }, icon(name));
}

/** @param {Message} message */
function confirmDeletion(message) {
  const run = () => void post("messages/delete", { channel: message.channel, ts: message.ts }).catch(tell);
  const question = {
    title: { text: "Delete message" },
    text: { type: "plain_text", text: "Delete this message for everyone, as an admin could in Slack?" },
    confirm: { text: "Delete" },
    deny: { text: "Cancel" },
    style: "danger",
  };
  change({ confirm: { question, run } });
}
