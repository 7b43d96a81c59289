/** "assent is thinking…": what the app says of its work in a thread. */

import { tell } from "./actions.js";
import { post } from "./api.js";
import { h } from "./dom.js";
import { nameOf } from "./people.js";
import { state, threadKey } from "./state.js";

const EACH_MESSAGE_MS = 4000;

/**
 * @param {string} channel
 * @param {string | null} ts
 */
export function workingLine(channel, ts) {
  const words = ts === null ? "" : statusWords(channel, ts);
  const content = words ? [h("span", { class: "working-dots", "aria-hidden": true }), h("bdi", null, words), stopButton(channel, ts ?? "")] : null;
  return h("div", { class: "working", role: "status" }, content);
}

/**
 * The Stop button of a session; a plain status has none.
 *
 * @param {string} channel
 * @param {string} ts
 */
function stopButton(channel, ts) {
  if (!state.statuses.get(threadKey(channel, ts))?.session) return null;
  const stop = () => void post("stop", { user: state.me, channel, thread_ts: ts }).catch(tell);
  return h("button", { type: "button", class: "button button-small", on: { click: stop } }, "Stop");
}

/**
 * "assent is thinking…", or one of its loading messages in turn; "" while it does not work.
 *
 * @param {string} channel
 * @param {string} ts
 */
export function statusWords(channel, ts) {
  const status = state.statuses.get(threadKey(channel, ts));
  if (!status?.text && status?.session !== "processing") return "";
  const app = nameOf(state.apps.find((app) => app.id === status.app_id)?.bot_user_id ?? "The app");
  const loading = status.loading_messages ?? [];
  if (loading.length) return `${app}: ${loading[Math.floor(state.now / EACH_MESSAGE_MS) % loading.length]}`;
  return `${app} ${status.text || "is working…"}`;
}
