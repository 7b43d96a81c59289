/**
 * Where one writes: Enter sends, Shift+Enter makes a new line, `@` and `/` offer names, a command goes to its app.
 *
 * @import {Channel} from "./types.js"
 */

import { forging, tell } from "./actions.js";
import { post } from "./api.js";
import { activeOffer, closeSuggestions, moveOffer, renderSuggestions, suggest, suggestionsOpen, takeOffer } from "./completion.js";
import { h } from "./dom.js";
import { draftOf, fitHeight, keepDraft } from "./drafts.js";
import { awaitAnswer } from "./hear.js";
import { icon } from "./icons.js";
import { loadChannel, loadThread } from "./load.js";
import { channelTitle, kindInWords, nameOf } from "./people.js";
import { change, state } from "./state.js";
import { openUserMenu } from "./user_menu.js";

/** @typedef {{key: string, channel: Channel, threadTs: string | null}} Composer */

/** @param {Composer} composer */
export function composer(composer) {
  const { key, channel, threadTs } = composer;
  const field = () => /** @type {HTMLTextAreaElement} */ (document.getElementById(fieldId(composer)));
  const sent = (/** @type {Event} */ event) => (event.preventDefault(), void send(composer, field()));
  return h(
    "form",
    { key, class: "composer", on: { submit: sent } },
    renderSuggestions(key, field),
    h(
      "div",
      { class: "composer-box" },
      h("textarea", {
        id: fieldId(composer),
        class: "composer-text",
        rows: 1,
        dir: "auto",
        placeholder: threadTs ? "Reply…" : `Message ${channel.kind === "im" ? "" : "#"}${channelTitle(channel)}`,
        "aria-label": threadTs ? "Reply in thread" : `Message ${channelTitle(channel)}`,
        "aria-autocomplete": "list",
        "aria-controls": suggestionsOpen(key) ? "offers" : null,
        "aria-activedescendant": activeOffer(key),
        created: (/** @type {HTMLTextAreaElement} */ node) => restore(node, key),
        on: {
          input: (/** @type {Event} */ event) => typed(key, /** @type {HTMLTextAreaElement} */ (event.currentTarget)),
          keydown: (/** @type {KeyboardEvent} */ event) => pressed(event, composer),
          blur: closeSuggestions,
        },
      }),
      h("button", { type: "submit", class: "composer-send", "aria-label": "Send", title: "Send (Enter)" }, icon("send")),
    ),
    actingLine(channel),
  );
}

/** Whose words these will be, and the way to be someone else. @param {Channel} channel */
function actingLine(channel) {
  const user = state.users.get(state.me);
  const oddness = forging()
    ? `${kindInWords(user)}: Slack would not let it write. Here it can, so that you see how the app answers.`
    : !channel.is_member
      ? "Not a member of this channel."
      : user && user.kind !== "member" && user.kind !== "admin"
        ? `${kindInWords(user)}.`
        : "";
  return h(
    "div",
    { class: "composer-foot" },
    h("span", null, "Acting as ", h("strong", null, h("bdi", null, nameOf(state.me)))),
    h("button", { type: "button", class: "button-link", "aria-haspopup": "menu", on: { click: openUserMenu } }, "switch"),
    h("span", { class: "composer-oddness" }, oddness),
    h("span", { class: "composer-keys" }, "Enter to send, Shift+Enter for a new line"),
  );
}

/** @param {Composer} composer */
function fieldId({ threadTs }) {
  return threadTs ? "thread-text" : "channel-text";
}

/**
 * @param {HTMLTextAreaElement} node
 * @param {string} key
 */
function restore(node, key) {
  node.value = draftOf(key);
  fitHeight(node);
}

/**
 * @param {string} key
 * @param {HTMLTextAreaElement} field
 */
function typed(key, field) {
  keepDraft(key, field.value);
  fitHeight(field);
  suggest(key, field);
}

/**
 * @param {KeyboardEvent} event
 * @param {Composer} composer
 */
function pressed(event, composer) {
  const field = /** @type {HTMLTextAreaElement} */ (event.currentTarget);
  if (event.isComposing) return;
  if (suggestionsOpen(composer.key) && chooseOffer(event, field)) return event.preventDefault();
  if (event.key !== "Enter" || event.shiftKey) return;
  event.preventDefault();
  void send(composer, field);
}

/**
 * @param {KeyboardEvent} event
 * @param {HTMLTextAreaElement} field
 * @returns {boolean}  whether the key was for the list of offers
 */
function chooseOffer(event, field) {
  /** @type {Record<string, () => void>} */
  const keys = {
    ArrowDown: () => moveOffer(1),
    ArrowUp: () => moveOffer(-1),
    Enter: () => takeOffer(field),
    Tab: () => takeOffer(field),
    Escape: closeSuggestions,
  };
  if (!(event.key in keys) || event.shiftKey) return false;
  event.stopPropagation();
  keys[event.key]();
  return true;
}

/**
 * @param {Composer} composer
 * @param {HTMLTextAreaElement} field
 */
async function send({ key, channel, threadTs }, field) {
  const text = field.value.trim();
  if (!text) return;
  setText(field, "");
  change({ notice: null });
  try {
    if (text.startsWith("/")) await sendCommand(channel, threadTs, text);
    else await sendMessage(channel, threadTs, text);
    keepDraft(key, "");
  } catch (error) {
    if (!field.value) setText(field, text);
    tell(error);
  }
}

/**
 * @param {Channel} channel
 * @param {string | null} threadTs
 * @param {string} text
 */
async function sendMessage(channel, threadTs, text) {
  const message = { user: state.me, channel: channel.id, text, thread_ts: threadTs ?? undefined, forge: forging() || undefined };
  const { ts } = await post("messages", message);
  if (!threadTs) awaitAnswer(channel.id, ts);
  await Promise.all([loadChannel(channel.id), loadThread()]);
}

/**
 * @param {Channel} channel
 * @param {string | null} threadTs
 * @param {string} text
 */
async function sendCommand(channel, threadTs, text) {
  const command = text.split(/\s/, 1)[0];
  if (!state.apps.some((app) => app.commands.includes(command))) throw new Error(`${command} is not a command of any app here.`);
  if (threadTs) throw new Error(`Slack does not run ${command} in threads. Type it in the channel.`);
  const rest = text.slice(command.length).trim();
  const answer = await post("commands", { user: state.me, channel: channel.id, command, text: rest, forge: forging() || undefined });
  if (answer.warning) change({ notice: answer.warning });
  await loadChannel(channel.id);
}

/**
 * @param {HTMLTextAreaElement} field
 * @param {string} text
 */
function setText(field, text) {
  field.value = text;
  fitHeight(field);
  closeSuggestions();
}
