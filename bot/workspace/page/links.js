/**
 * Links and mentions as they look in text. A live mention is painted as one, so that hostile text which got through
 * is seen at a glance.
 *
 * @import {Content, VNode} from "./dom.js"
 */

import { h } from "./dom.js";
import { showMessage } from "./go.js";
import { nameOf } from "./people.js";
import { state } from "./state.js";

const SAFE_ADDRESS = /^(https?:\/\/|mailto:)/i;

/**
 * A link to http, https or mail; any other address is shown as text. The true address is in the tooltip.
 *
 * @param {string} url
 * @param {Content} label
 * @returns {VNode}
 */
export function link(url, label) {
  const here = permalink(url);
  if (here) return h("a", { href: url, title: url, class: "link", on: { click: (/** @type {Event} */ event) => (event.preventDefault(), here()) } }, label);
  if (!SAFE_ADDRESS.test(url)) return h("span", { class: "dead-link", title: url }, label);
  return h("a", { href: url, target: "_blank", rel: "noopener noreferrer", title: url, class: "link" }, label);
}

/**
 * Where a link to a message of this workspace leads; null for all other addresses.
 *
 * @param {string} url
 */
function permalink(url) {
  if (!URL.canParse(url)) return null;
  const { origin, pathname, searchParams } = new URL(url);
  const found = /^\/archives\/(\w+)\/p(\d+)(\d{6})$/.exec(pathname);
  if (origin !== location.origin || !found) return null;
  return () => showMessage(found[1], `${found[2]}.${found[3]}`, searchParams.get("thread_ts"));
}

/** @param {string} id */
export function userMention(id) {
  const mine = id === state.me ? " mention-me" : "";
  return h("span", { class: `mention${mine}`, title: id }, h("bdi", null, `@${nameOf(id)}`));
}

/** @param {string} id */
export function groupMention(id) {
  const group = state.groups.find((group) => group.id === id);
  const mine = group?.users.includes(state.me) ? " mention-me" : "";
  return h("span", { class: `mention${mine}`, title: id }, `@${group?.handle ?? id}`);
}

/** @param {string} id */
export function channelMention(id) {
  const channel = state.channels.find((channel) => channel.id === id);
  return h("span", { class: "mention", title: id }, `#${channel?.name ?? id}`);
}

/** `@channel`, `@here`, `@everyone`: they notify everybody. @param {string} range */
export function broadcast(range) {
  return h("span", { class: "mention mention-everyone", title: "Notifies everyone here" }, `@${range}`);
}
