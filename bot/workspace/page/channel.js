/**
 * The middle of the page: a channel or direct message, its head, its messages and its composer.
 *
 * @import {Channel} from "./types.js"
 */

import { composer } from "./composer.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { openMenu } from "./menu.js";
import { messageList } from "./message_list.js";
import { channelTitle, kindBadge, nameOf } from "./people.js";
import { openSidebar } from "./sidebar.js";
import { openChannel, state } from "./state.js";
import { workingLine } from "./status_line.js";
import { userItem } from "./user_menu.js";
import { welcome, welcomeIsDue } from "./welcome.js";

export function renderChannel() {
  const channel = openChannel();
  if (!channel) return h("main", { key: "nowhere", class: "channel" }, paneHead(h("h1", null, "Nothing to see here")), nowhere());
  const messages = state.messages.get(channel.id) ?? [];
  return h(
    "main",
    { key: channel.id, class: "channel", "aria-label": channelTitle(channel) },
    paneHead(heading(channel), members(channel)),
    messageList({
      key: `${state.me}/${channel.id}`,
      label: `Messages in ${channelTitle(channel)}`,
      messages,
      inThread: false,
      newFrom: state.newFrom,
      above: messages.length || !state.ready ? null : welcomeIsDue() ? welcome(channel) : beginning(channel),
    }),
    workingLine(channel.id, directStatusTs(channel)),
    composer({ key: `${state.me}/${channel.id}`, channel, threadTs: null }),
  );
}

/**
 * The head of a pane; on narrow screens with the button that brings the sidebar.
 *
 * @param {...import("./dom.js").Content} content
 */
export function paneHead(...content) {
  return h(
    "header",
    { class: "pane-head" },
    h("button", { key: "menu", type: "button", class: "button-plain only-narrow", "aria-label": "Channels", on: { click: openSidebar } }, icon("menu")),
    content,
  );
}

/** @param {Channel} channel */
function heading(channel) {
  const mark = channel.kind === "im" ? null : channel.kind === "private" ? icon("lock", "channel-mark") : h("span", { class: "channel-mark", "aria-hidden": true }, "#");
  const other = channel.kind === "im" ? state.users.get(channel.with ?? "") : undefined;
  return [
    h("h1", null, mark, h("bdi", null, channelTitle(channel)), kindBadge(other)),
    channel.is_ext_shared ? h("span", { class: "badge badge-external", title: "People from another company are here" }, "Shared") : null,
    h("p", { class: "channel-topic" }, channel.topic),
  ];
}

/** @param {Channel} channel */
function members(channel) {
  if (channel.kind === "im") return null;
  const items = [{ heading: "Choose one to act as them" }, ...membersInOrder(channel).map(userItem)];
  const label = `${channel.members.length} members of ${channelTitle(channel)}`;
  return h(
    "button",
    { key: "members", type: "button", class: "button button-small", "aria-label": label, title: label, "aria-haspopup": "menu", on: { click: (/** @type {Event} */ event) => openMenu(event, label, items) } },
    icon("people"),
    channel.members.length,
  );
}

/** People; the app is a member too, but nobody can act as it. @param {Channel} channel */
function membersInOrder(channel) {
  return [...state.users.values()].filter((user) => channel.members.includes(user.id) && user.kind !== "app");
}

/** @param {Channel} channel */
function beginning(channel) {
  const words = channel.kind === "im" ? `This is the beginning of your messages with ${channelTitle(channel)}.` : `This is the beginning of #${channel.name}.`;
  return h("div", { class: "beginning" }, words);
}

function nowhere() {
  return h("div", { class: "beginning" }, `${nameOf(state.me)} is in no channel. Act as someone else to go on.`);
}

/** In a direct message the app's status belongs to the newest message. @param {Channel} channel */
function directStatusTs(channel) {
  const messages = state.messages.get(channel.id) ?? [];
  return channel.kind === "im" ? (messages[messages.length - 1]?.ts ?? null) : null;
}
