/**
 * What the page knows and shows now: one value, changed through `change`, after which the page is drawn again.
 *
 * @import {App, Channel, Group, Menu, Message, Status, User, View} from "./types.js"
 */

/** @typedef {{channel: string} | {home: string}} Where  a channel, or the Home tab of an app */

export const state = {
  ready: false,
  /** Why nothing can be shown at all, when so. @type {string | null} */
  broken: null,
  connected: true,
  team: { id: "", name: "" },
  welcome: "",
  /** The user that the person acts as. */
  me: "",
  now: Date.now(),
  /** @type {App[]} */ apps: [],
  /** @type {Map<string, User>} */ users: new Map(),
  /** @type {Group[]} */ groups: [],
  /** Those that `me` may see. @type {Channel[]} */ channels: [],
  /** @type {Where | null} */ where: null,
  /** Top level of each channel, oldest first. @type {Map<string, Message[]>} */ messages: new Map(),
  /** The thread at the right. @type {{channel: string, ts: string} | null} */ thread: null,
  /** The open thread's, the parent first. @type {Message[]} */ replies: [],
  /** By `threadKey`. @type {Map<string, Status>} */ statuses: new Map(),
  /** Open modals of `me`, topmost first. @type {View[]} */ views: [],
  /** By app. @type {Map<string, View | null>} */ homes: new Map(),
  /** What was chosen or typed in inputs, by place, block and action. @type {Map<string, any>} */ inputs: new Map(),
  /** Inline errors of modals, by view id and block id. @type {Map<string, Record<string, string>>} */ errors: new Map(),
  /** Clicks under way, by place and action. @type {Set<string>} */ busy: new Set(),
  /** What Slack would warn of, by place. @type {Map<string, string>} */ warnings: new Map(),
  /** The whole text of files that somebody wanted to see, by id. @type {Map<string, string>} */ files: new Map(),
  /** Newest ts that was seen, by user and channel. @type {Map<string, string>} */ seen: new Map(),
  /** Where "New" stands in the open channel. @type {string | null} */ newFrom: null,
  /** @type {Menu | null} */ menu: null,
  /** A question before an act. @type {{question: import("./types.js").Block, run: () => void} | null} */ confirm: null,
  /** Something that went wrong, in words. @type {string | null} */ notice: null,
  sidebarOpen: false,
};

/** @type {() => void} */
let paint = () => {};
let asked = false;
let pointerDown = false;

/**
 * Draw with `draw` whenever the state changed, but not between press and release of the pointer: what a person is
 * about to click stays where it is.
 *
 * @param {() => void} draw
 */
export function drawWith(draw) {
  paint = draw;
  const released = () => ((pointerDown = false), redraw());
  addEventListener("pointerdown", () => (pointerDown = true), true);
  addEventListener("pointerup", released, true);
  addEventListener("pointercancel", released, true);
  addEventListener("blur", released); // of the window: the release may happen outside of it
}

/** @param {Partial<typeof state>} fields */
export function change(fields) {
  Object.assign(state, fields);
  redraw();
}

export function redraw() {
  if (asked) return;
  asked = true;
  setTimeout(() => {
    asked = false;
    if (!pointerDown) paint();
  });
}

/** @returns {Channel | undefined} */
export function openChannel() {
  const where = state.where;
  return where && "channel" in where ? state.channels.find((channel) => channel.id === where.channel) : undefined;
}

/**
 * @param {string} channel
 * @param {string} ts
 */
export function threadKey(channel, ts) {
  return `${channel}/${ts}`;
}

/**
 * How `me` looks at messages, for the query of a reading. A deactivated account is nowhere in Slack; here it looks on
 * as nobody, so that its forged clicks can be tried.
 */
export function lens() {
  return isDeactivated() ? "" : `?as=${encodeURIComponent(state.me)}`;
}

export function isDeactivated() {
  return state.users.get(state.me)?.kind === "deactivated";
}

/** @param {string} channel */
export function seenKey(channel) {
  return `${state.me}/${channel}`;
}
