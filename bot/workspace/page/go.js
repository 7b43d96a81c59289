/** Going places: to a channel, a thread, a Home tab, and into another user's shoes. */

import { tell } from "./actions.js";
import { post } from "./api.js";
import { follow } from "./live.js";
import { hear, lost } from "./hear.js";
import { loadEverything, loadHomes, loadPeople, markSeen, openThread } from "./load.js";
import { change, openChannel, state } from "./state.js";
import { firstUnread } from "./unread.js";

const KEPT_USER = "assent.user";
const KEPT_CHANNEL = "assent.channel";

/** Read who and what there is, and begin where the last visit of this tab ended. */
export async function begin() {
  state.me = sessionStorage.getItem(KEPT_USER) ?? "";
  const page = await loadPeople();
  if (!state.users.has(state.me)) state.me = page.first_user;
  const wanted = sessionStorage.getItem(KEPT_CHANNEL) ?? page.first_channel;
  showChannel(visibleChannel(wanted));
  follow(state.me, hear, lost);
}

/** @param {string} user */
export async function actAs(user) {
  sessionStorage.setItem(KEPT_USER, user);
  const held = openChannel()?.id ?? "";
  change({ me: user, views: [], homes: new Map(), messages: new Map(), replies: [], newFrom: null });
  try {
    await loadPeople();
    const channel = visibleChannel(held);
    const stays = state.thread !== null && state.channels.some((known) => known.id === state.thread?.channel);
    change({ where: { channel }, thread: stays ? state.thread : null });
    await loadEverything();
    follow(user, hear, lost);
  } catch (error) {
    tell(error);
  }
}

/** @param {string} channel */
export function showChannel(channel) {
  sessionStorage.setItem(KEPT_CHANNEL, channel);
  const newFrom = firstUnread(channel);
  const thread = state.thread?.channel === channel ? state.thread : null;
  change({ where: { channel }, newFrom, thread, sidebarOpen: false });
  markSeen(channel);
  writeIn("channel");
}

/** @param {string} app */
export async function showHome(app) {
  change({ where: { home: app }, thread: null, sidebarOpen: false });
  try {
    const { view } = await post("home", { user: state.me, app });
    state.homes.set(app, view);
    await loadHomes();
  } catch (error) {
    tell(error);
  }
}

/** The conversation with an app, begun if need be. @param {string} app */
export async function showDirectMessage(app) {
  try {
    const { channel } = await post("dms", { user: state.me, app });
    await loadPeople();
    if (!state.messages.has(channel.id)) state.messages.set(channel.id, []);
    showChannel(channel.id);
  } catch (error) {
    tell(error);
  }
}

/**
 * @param {string} channel
 * @param {string} ts
 */
export function showThread(channel, ts) {
  openThread(channel, ts).catch(tell);
  writeIn("thread");
}

/**
 * A message wherever it stands, brought into view.
 *
 * @param {string} channel
 * @param {string} ts
 * @param {string | null} threadTs
 */
export async function showMessage(channel, ts, threadTs) {
  try {
    showChannel(channel);
    if (threadTs) await openThread(channel, threadTs);
    setTimeout(() => document.querySelector(`${threadTs ? ".thread" : ".channel"} [data-ts="${CSS.escape(ts)}"]`)?.scrollIntoView({ block: "center" }));
  } catch (error) {
    tell(error);
  }
}

export function closeThread() {
  change({ thread: null, replies: [] });
  writeIn("channel");
}

/** Put the cursor into a pane's composer, once it is drawn. @param {"channel" | "thread"} pane */
function writeIn(pane) {
  setTimeout(() => /** @type {HTMLElement | null} */ (document.querySelector(`.${pane} .composer-text`))?.focus());
}

/** @param {string} wanted */
function visibleChannel(wanted) {
  const known = state.channels.some((channel) => channel.id === wanted);
  return known ? wanted : (state.channels[0]?.id ?? "");
}
