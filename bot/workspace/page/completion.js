/**
 * Names offered while someone types `@`, `#` or a slash command.
 *
 * @import {Content} from "./dom.js"
 */

import { h } from "./dom.js";
import { avatar, kindBadge, nameOf } from "./people.js";
import { redraw, state } from "./state.js";

/** @typedef {{text: string, label: string, face?: Content, badge?: Content}} Offer */

const MOST = 8;
const BEING_TYPED = /(?:^|\s)([@#][\w.-]*)$|^(\/[\w-]*)$/;

/** The one list that can be open: for which composer, from which letter on. */
const open = { key: "", from: 0, at: 0, offers: /** @type {Offer[]} */ ([]) };

/**
 * Look at what stands before the cursor, and offer what it could become.
 *
 * @param {string} key  of the composer
 * @param {HTMLTextAreaElement} field
 */
export function suggest(key, field) {
  const before = field.value.slice(0, field.selectionStart);
  const found = BEING_TYPED.exec(before);
  const word = found?.[1] ?? found?.[2] ?? "";
  const offers = word ? offersFor(word) : [];
  const exact = offers.length === 1 && offers[0].text === word;
  Object.assign(open, { key, from: before.length - word.length, at: 0, offers: exact ? [] : offers });
  redraw();
}

export function closeSuggestions() {
  if (open.offers.length === 0) return;
  open.offers = [];
  redraw();
}

/** @param {string} key */
export function suggestionsOpen(key) {
  return open.key === key && open.offers.length > 0;
}

/** The id of the offer that Enter would take. @param {string} key */
export function activeOffer(key) {
  return suggestionsOpen(key) ? `offer-${open.at}` : null;
}

/** @param {number} step */
export function moveOffer(step) {
  open.at = (open.at + step + open.offers.length) % open.offers.length;
  redraw();
}

/**
 * Put the offer in place of what was typed.
 *
 * @param {HTMLTextAreaElement} field
 * @param {number} [which]
 */
export function takeOffer(field, which = open.at) {
  const end = field.selectionStart;
  field.setRangeText(`${open.offers[which].text} `, open.from, end, "end");
  closeSuggestions();
  field.dispatchEvent(new Event("input"));
  field.focus();
}

/**
 * @param {string} key
 * @param {() => HTMLTextAreaElement} field
 */
export function renderSuggestions(key, field) {
  if (!suggestionsOpen(key)) return null;
  return h(
    "div",
    { key: "offers", class: "offers", role: "listbox", id: "offers", "aria-label": "Suggestions" },
    open.offers.map((offer, index) =>
      h(
        "div",
        {
          class: `offer${index === open.at ? " offer-active" : ""}`,
          role: "option",
          id: `offer-${index}`,
          "aria-selected": index === open.at,
          on: { pointerdown: (/** @type {Event} */ event) => (event.preventDefault(), takeOffer(field(), index)) },
        },
        offer.face ?? null,
        h("span", { class: "offer-text" }, offer.text),
        h("span", { class: "offer-label" }, offer.label),
        offer.badge ?? null,
      ),
    ),
  );
}

/** Those that begin so come first, then those whose label has a word that does. @param {string} word */
function offersFor(word) {
  const wanted = word.toLowerCase();
  const all = word[0] === "@" ? mentions() : word[0] === "#" ? channels() : commands();
  const begins = all.filter((offer) => offer.text.toLowerCase().startsWith(wanted));
  const has = all.filter((offer) => !begins.includes(offer) && ` ${offer.label.toLowerCase()}`.includes(` ${wanted.slice(1)}`));
  return [...begins, ...has].slice(0, MOST);
}

/** Apps first: they are why one types `@` here. @returns {Offer[]} */
function mentions() {
  const users = [...state.users.values()].filter((user) => user.kind !== "deactivated");
  const sorted = [...users.filter((user) => user.kind === "app"), ...users.filter((user) => user.kind !== "app")];
  const people = sorted.map((user) => ({ text: `@${user.name}`, label: nameOf(user.id), face: avatar(user.id, "small"), badge: kindBadge(user) }));
  return [...people, ...state.groups.map((group) => ({ text: `@${group.handle}`, label: group.name || "User group" }))];
}

/** @returns {Offer[]} */
function channels() {
  return state.channels.filter((channel) => channel.kind !== "im").map((channel) => ({ text: `#${channel.name}`, label: channel.topic }));
}

/** @returns {Offer[]} */
function commands() {
  return state.apps.flatMap((app) => app.commands.map((command) => ({ text: command, label: `Command of ${app.name}` })));
}
