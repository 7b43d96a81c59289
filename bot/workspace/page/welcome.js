/**
 * What a newcomer sees before the first message: what this is, what to type, and how to be someone else.
 *
 * @import {Channel} from "./types.js"
 * @import {Content} from "./dom.js"
 */

import { h } from "./dom.js";
import { fillComposer } from "./drafts.js";
import { nameOf } from "./people.js";
import { renderMrkdwn } from "./render_text.js";
import { state } from "./state.js";
import { openUserMenu } from "./user_menu.js";

/** Until anybody has written anything. */
export function welcomeIsDue() {
  return state.ready && [...state.messages.values()].every((messages) => messages.length === 0);
}

/** @param {Channel} channel */
export function welcome(channel) {
  return h(
    "section",
    { key: "welcome", class: "welcome", "aria-label": "Welcome" },
    h("img", { src: "/page/icon.svg", alt: "", class: "welcome-icon" }),
    h("h2", null, `This is #${channel.name} of ${state.team.name}`),
    h("div", { class: "welcome-words" }, words()),
    h(
      "p",
      { class: "welcome-hint" },
      "You act as ",
      h("strong", null, nameOf(state.me)),
      ". To see what others see, and to decide as someone else, ",
      h("button", { type: "button", class: "button-link", "aria-haspopup": "menu", on: { click: openUserMenu } }, "switch to another user"),
      ".",
    ),
  );
}

/**
 * The server's words. What stands between backticks, or else what begins with a mention, is a button that writes it
 * into the composer.
 *
 * @returns {Content}
 */
function words() {
  const said = state.welcome || `Mention the app to talk to it, for example \`@${state.apps[0]?.name ?? "app"} hello\`.`;
  return said.split(said.includes("`") ? /`([^`\n]+)`/ : /(@[\w.-]+ [^\n"”]+)/).map((part, index) => (index % 2 ? example(part) : renderMrkdwn(part)));
}

/** @param {string} text */
function example(text) {
  return h("button", { type: "button", class: "example", title: "Write this into the message field", on: { click: () => fillComposer(text) } }, text);
}
