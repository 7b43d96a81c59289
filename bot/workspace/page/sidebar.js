/**
 * The left: the workspace, its channels and direct messages, the apps with their Home, and whom the person acts as.
 *
 * @import {App, Channel} from "./types.js"
 * @import {Content} from "./dom.js"
 */

import { h } from "./dom.js";
import { showChannel, showDirectMessage, showHome } from "./go.js";
import { icon } from "./icons.js";
import { avatar, channelTitle, kindBadge, kindInWords, nameOf } from "./people.js";
import { change, state } from "./state.js";
import { unreadIn } from "./unread.js";
import { openUserMenu } from "./user_menu.js";

export function renderSidebar() {
  const rooms = state.channels.filter((channel) => channel.kind !== "im");
  const talks = state.channels.filter((channel) => channel.kind === "im" && !state.apps.some((app) => app.bot_user_id === channel.with));
  return h(
    "nav",
    {
      key: "sidebar",
      class: `sidebar${state.sidebarOpen ? " sidebar-open" : ""}`,
      "aria-label": "Workspace",
      on: { keydown: (/** @type {KeyboardEvent} */ event) => event.key === "Escape" && change({ sidebarOpen: false }) },
    },
    h("div", { class: "workspace-name" }, h("img", { src: "/page/icon.svg", alt: "" }), h("div", null, h("strong", null, state.team.name), h("span", null, "on this computer"))),
    h(
      "div",
      { class: "sidebar-lists" },
      group("Channels", rooms.map(channelItem)),
      group("Direct messages", [...state.apps.map(appItem), ...talks.map(channelItem)]),
      group("Apps", state.apps.filter((app) => app.home_tab).map(homeItem)),
    ),
    actingAs(),
  );
}

/** On narrow screens, where it lies over the page. */
export function openSidebar() {
  change({ sidebarOpen: true });
  setTimeout(() => /** @type {HTMLElement | null} */ (document.querySelector(".sidebar .item"))?.focus());
}

/**
 * @param {string} heading
 * @param {Content[]} items
 */
function group(heading, items) {
  if (items.length === 0) return null;
  return h("section", { key: heading }, h("h2", null, heading), h("ul", null, items.map((item) => h("li", null, item))));
}

/** @param {Channel} channel */
function channelItem(channel) {
  const mark = channel.kind === "im" ? avatar(channel.with ?? "", "small") : channel.kind === "private" ? icon("lock", "channel-mark") : h("span", { class: "channel-mark", "aria-hidden": true }, "#");
  return item({
    here: isHere(channel.id),
    unread: unreadIn(channel.id),
    dim: !channel.is_member,
    run: () => showChannel(channel.id),
    content: [mark, h("bdi", { class: "item-name" }, channelTitle(channel)), channel.is_ext_shared ? h("span", { class: "badge badge-external" }, "Shared") : null],
  });
}

/** @param {App} app */
function appItem(app) {
  const channel = state.channels.find((channel) => channel.with === app.bot_user_id);
  return item({
    here: channel !== undefined && isHere(channel.id),
    unread: channel ? unreadIn(channel.id) : 0,
    run: () => (channel ? showChannel(channel.id) : void showDirectMessage(app.id)),
    content: [avatar(app.bot_user_id, "small"), h("bdi", { class: "item-name" }, nameOf(app.bot_user_id)), presence(app)],
  });
}

/** @param {App} app */
function homeItem(app) {
  const where = state.where;
  return item({
    here: where !== null && "home" in where && where.home === app.id,
    unread: 0,
    run: () => void showHome(app.id),
    content: [icon("home", "channel-mark"), h("bdi", { class: "item-name" }, `${nameOf(app.bot_user_id)} Home`)],
  });
}

/** @param {App} app */
function presence(app) {
  const there = app.connections > 0;
  return h("span", { class: `presence${there ? " presence-there" : ""}`, title: there ? "Connected" : "Not connected" }, h("span", { class: "for-readers" }, there ? "connected" : "not connected"));
}

/** @param {{here: boolean, unread: number, dim?: boolean, run: () => void, content: Content}} how */
function item({ here, unread, dim, run, content }) {
  return h(
    "button",
    { type: "button", class: `item${here ? " item-here" : ""}${unread ? " item-unread" : ""}${dim ? " item-dim" : ""}`, "aria-current": here ? "page" : null, on: { click: run } },
    content,
    unread ? h("span", { class: "unread-count" }, unread, h("span", { class: "for-readers" }, " new")) : null,
  );
}

function actingAs() {
  const user = state.users.get(state.me);
  return h(
    "button",
    { type: "button", class: "acting", "aria-haspopup": "menu", title: kindInWords(user), on: { click: openUserMenu } },
    avatar(state.me),
    h("span", { class: "acting-words" }, h("span", { class: "acting-label" }, "Acting as"), h("span", { class: "acting-name" }, h("bdi", null, nameOf(state.me)), kindBadge(user))),
    h("span", { class: "acting-switch" }, icon("switch"), "Switch", h("span", { class: "for-readers" }, " to another user")),
  );
}

/** @param {string} channel */
function isHere(channel) {
  return state.where !== null && "channel" in state.where && state.where.channel === channel;
}
