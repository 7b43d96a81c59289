/**
 * What a user has not seen yet: in a channel, and in the threads that the user takes part in.
 *
 * @import {Message} from "./types.js"
 */

import { seenKey, state, threadKey } from "./state.js";

/** All that was there when the page opened counts as seen, for every user. */
const OPENED_AT = String(Date.now() / 1000);

/** How many messages and threads of a channel are new. @param {string} channel */
export function unreadIn(channel) {
  const since = seenUntil(channel);
  return (state.messages.get(channel) ?? []).filter((message) => isNew(message, since) || hasNewReplies(message)).length;
}

/** @param {string} channel */
export function firstUnread(channel) {
  const since = seenUntil(channel);
  return state.messages.get(channel)?.find((message) => isNew(message, since))?.ts ?? null;
}

/** Replies that came since this thread was last open, for those who wrote in it. @param {Message} message */
export function hasNewReplies(message) {
  const open = state.thread?.channel === message.channel && state.thread.ts === message.ts;
  const mine = message.user === state.me || message.reply_users.includes(state.me);
  return !open && mine && (message.latest_reply ?? "") > seenUntil(threadKey(message.channel, message.ts));
}

/**
 * @param {Message} message
 * @param {string} since
 */
function isNew(message, since) {
  return message.ts > since && message.user !== state.me;
}

/** @param {string} what  a channel or a thread */
function seenUntil(what) {
  return state.seen.get(seenKey(what)) ?? OPENED_AT;
}
