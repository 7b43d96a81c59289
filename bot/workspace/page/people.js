/**
 * Names, labels and faces: what to call users, groups and channels, and how each is told from the others.
 *
 * @import {Channel, Message, User, UserKind} from "./types.js"
 * @import {VNode} from "./dom.js"
 */

import { h } from "./dom.js";
import { state } from "./state.js";

const TINTS = 10;

/** What Slack would tell of a kind of user, in one word; full members need none. @type {Record<UserKind, string>} */
const KIND_LABELS = {
  member: "",
  admin: "Admin",
  guest: "Guest",
  external: "External",
  bot: "Bot",
  app: "App",
  deactivated: "Deactivated",
};

/** @param {string} id */
export function nameOf(id) {
  const user = state.users.get(id);
  return user ? user.real_name || user.name : id;
}

/** Who a message says it is from: apps may post under another name. @param {Message} message */
export function authorOf(message) {
  const user = state.users.get(message.user);
  return user && (!message.name || message.name === user.name) ? nameOf(message.user) : message.name || message.user;
}

/** @param {Channel} channel */
export function channelTitle(channel) {
  return channel.kind === "im" ? nameOf(channel.with ?? channel.id) : channel.name;
}

/** The label of a user's kind, or nothing for full members. @param {User | undefined} user */
export function kindBadge(user) {
  const label = user ? KIND_LABELS[user.kind] : "";
  return label ? h("span", { class: `badge badge-${user?.kind}` }, label) : null;
}

/** Said of those that the bot should refuse; for tooltips and the composer. @param {User | undefined} user */
export function kindInWords(user) {
  return (
    {
      member: "Full member",
      admin: "Admin of this workspace",
      guest: "Guest: in few channels only",
      external: "From another company, through a shared channel",
      bot: "Another bot",
      app: "App",
      deactivated: "Deactivated account",
    }[user?.kind ?? "member"] ?? ""
  );
}

/**
 * A face made of initials and a colour that stays the same for the same user.
 *
 * @param {string} id
 * @param {"small" | "large"} [size]
 * @returns {VNode}
 */
export function avatar(id, size = "large") {
  const user = state.users.get(id);
  const colour = user?.kind === "app" ? "avatar-bot avatar-app" : user?.kind === "bot" ? `avatar-bot tint-${tintOf(id)}` : `tint-${tintOf(id)}`;
  return h("span", { class: `avatar avatar-${size} ${colour}`, "aria-hidden": true }, initials(nameOf(id)));
}

/** @param {string} name */
function initials(name) {
  const words = name.trim().split(/\s+/);
  const letters = words.length > 1 ? [words[0], words[words.length - 1]] : [words[0]];
  return letters.map((word) => [...word][0]?.toUpperCase() ?? "").join("");
}

/** Neighbours in the list of users differ. @param {string} id */
function tintOf(id) {
  return Math.max(0, [...state.users.keys()].indexOf(id)) % TINTS;
}
