/**
 * Reading the workspace into the state: all of it at the start, and after that what the stream says has changed.
 *
 * @import {Message} from "./types.js"
 */

import { get, path } from "./api.js";
import { change, isDeactivated, lens, openChannel, seenKey, state, threadKey } from "./state.js";

/** People, groups, channels and apps, as `state.me` sees them. */
export async function loadPeople() {
  const [users, groups, page] = await Promise.all([get("users"), get("groups"), get("page")]);
  const me = state.me || page.first_user;
  Object.assign(state, { me, users: new Map(users.users.map((/** @type {any} */ user) => [user.id, user])) });
  const { channels } = await get(`channels${lens()}`);
  change({
    groups: groups.groups,
    channels: isDeactivated() ? channels.filter((/** @type {any} */ channel) => channel.kind === "public") : channels,
    apps: page.apps,
    team: page.team,
    welcome: page.welcome,
  });
  return page;
}

/** All that is on the page, anew: at the start, as someone else, after the stream was broken. */
export async function loadEverything() {
  await Promise.all([...state.channels.map((channel) => loadChannel(channel.id)), loadThread(), loadViews(), loadHomes()]);
  change({ ready: true });
}

/** @param {string} channel */
export const loadChannel = latestOnly(async (channel) => {
  const as = state.me;
  const { messages } = await get(`channels/${path(channel)}/messages${lens()}`);
  if (as !== state.me) return;
  state.messages.set(channel, messages);
  markSeen(channel);
  change({});
});

/** The open thread, if there is one. */
export const loadThread = latestOnly(async () => {
  const thread = state.thread;
  const as = state.me;
  if (thread === null) return;
  const { messages, status } = await get(`threads/${path(thread.channel, thread.ts)}${lens()}`);
  if (thread !== state.thread || as !== state.me) return;
  setStatus(thread.channel, thread.ts, status);
  state.seen.set(seenKey(threadKey(thread.channel, thread.ts)), newestTs(messages));
  change({ replies: messages });
});

/**
 * Open a thread at the right; its first message is there already, the rest follows.
 *
 * @param {string} channel
 * @param {string} ts
 */
export async function openThread(channel, ts) {
  const same = state.thread?.channel === channel && state.thread.ts === ts;
  const parent = (state.messages.get(channel) ?? []).filter((message) => message.ts === ts);
  if (!same) change({ thread: { channel, ts }, replies: parent });
  await loadThread();
}

/**
 * @param {string} channel
 * @param {string} ts
 */
export async function loadStatus(channel, ts) {
  const { status } = await get(`status/${path(channel, ts)}`);
  setStatus(channel, ts, status);
  change({});
}

export const loadViews = latestOnly(async () => {
  const as = state.me;
  const { views } = await get(`views?user=${path(as)}`);
  if (as === state.me) change({ views });
});

/** The Home tabs that were opened. */
export const loadHomes = latestOnly(async () => {
  const as = state.me;
  const where = state.where;
  if (where === null || !("home" in where)) return;
  const { view } = await get(`home?user=${path(as)}&app=${path(where.home)}`);
  if (as !== state.me) return;
  state.homes.set(where.home, view);
  change({});
});

/** What is on screen counts as seen, while the page is looked at. @param {string} channel */
export function markSeen(channel) {
  if (openChannel()?.id !== channel || document.hidden) return;
  const newest = newestTs(state.messages.get(channel) ?? []);
  if (newest) state.seen.set(seenKey(channel), newest);
}

/** @param {Message[]} messages */
export function newestTs(messages) {
  return messages.reduce((newest, message) => (message.ts > newest ? message.ts : newest), "");
}

/**
 * @param {string} channel
 * @param {string} ts
 * @param {import("./types.js").Status | null} status
 */
function setStatus(channel, ts, status) {
  if (status) state.statuses.set(threadKey(channel, ts), status);
  else state.statuses.delete(threadKey(channel, ts));
}

/**
 * One reading at a time for each argument; asked again meanwhile, it reads once more, so the last answer is the newest.
 *
 * @template {string[]} A
 * @param {(...args: A) => Promise<void>} read
 * @returns {(...args: A) => Promise<void>}
 */
function latestOnly(read) {
  /** @type {Map<string, {again: boolean, done: Promise<void>}>} */
  const reading = new Map();
  return (...args) => {
    const key = JSON.stringify(args);
    const going = reading.get(key);
    if (going) {
      going.again = true;
      return going.done;
    }
    const one = { again: true, done: Promise.resolve() };
    reading.set(key, one);
    one.done = (async () => {
      try {
        while (one.again) {
          one.again = false;
          await read(...args);
        }
      } finally {
        reading.delete(key);
      }
    })();
    return one.done;
  };
}
