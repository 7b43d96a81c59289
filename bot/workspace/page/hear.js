/** What the stream says: read again what it names, and open the thread in which the bot answers. */

import { tell } from "./actions.js";
import { get, Refused } from "./api.js";
import { loadChannel, loadEverything, loadHomes, loadPeople, loadStatus, loadThread, loadViews, openThread } from "./load.js";
import { change, state } from "./state.js";

/** The message that the person sent last: an answer to it opens its thread. @type {{channel: string, ts: string} | null} */
let awaited = null;

/**
 * @param {string} channel
 * @param {string} ts
 */
export function awaitAnswer(channel, ts) {
  awaited = { channel, ts };
}

/** @param {Record<string, any>} event */
export function hear(event) {
  reactTo(event).catch((error) => (lockedOut(error) ? change({ broken: error.message }) : tell(error)));
}

/** The stream broke; it is being opened again, unless the workspace was started anew with another token. */
export function lost() {
  change({ connected: false });
  get("page").catch((error) => lockedOut(error) && change({ broken: error.message }));
}

/** @param {unknown} error */
export function lockedOut(error) {
  return error instanceof Refused && error.status === 401;
}

/** @param {Record<string, any>} event */
async function reactTo(event) {
  switch (event.type) {
    case "hello":
    case "reset":
      return readAll();
    case "changed":
    case "ephemeral":
      return messageChanged(event);
    case "views":
      return event.user === state.me ? loadViews() : undefined;
    case "home":
      return event.user === state.me ? loadHomes() : undefined;
    case "status":
      return loadStatus(event.channel, event.thread_ts);
    case "people":
      await loadPeople();
      return loadEverything();
    case "connections":
      await loadPeople();
  }
}

/** After a start, a reset or a lost connection, nothing that was read before is sure. */
async function readAll() {
  change({ connected: true });
  await loadPeople();
  await loadEverything();
  if (state.thread && state.replies.length === 0) change({ thread: null });
}

/** @param {Record<string, any>} event */
async function messageChanged({ channel, thread_ts: root }) {
  const inOpenThread = state.thread?.channel === channel && state.thread?.ts === root;
  await Promise.all([loadChannel(channel), inOpenThread || !root ? loadThread() : undefined]);
  if (awaited?.channel === channel && awaited?.ts === root) openAnswer(channel, root);
}

/**
 * @param {string} channel
 * @param {string} root
 */
function openAnswer(channel, root) {
  awaited = null;
  const where = state.where;
  if (!where || !("channel" in where) || where.channel !== channel) return;
  openThread(channel, root).catch(tell);
}
