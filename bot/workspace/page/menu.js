/**
 * The one menu that can be open: under what opened it, walked with the arrow keys, closed with Escape.
 *
 * @import {MenuItem} from "./types.js"
 */

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { change, state } from "./state.js";

const MARGIN = 8;

/**
 * @param {Event} event  of the element that the menu belongs to
 * @param {string} label
 * @param {(MenuItem | {heading: string})[]} items
 */
export function openMenu(event, label, items) {
  const anchor = /** @type {HTMLElement} */ (event.currentTarget);
  if (state.menu?.anchor === anchor) closeMenu();
  else change({ menu: { label, items, anchor } });
}

/** Close it and give the focus back. */
export function closeMenu() {
  const anchor = state.menu?.anchor;
  change({ menu: null });
  anchor?.focus();
}

export function renderMenu() {
  const menu = state.menu;
  if (menu === null) return null;
  return h(
    "div",
    { class: "menu-cover", on: { pointerdown: (/** @type {Event} */ event) => event.target === event.currentTarget && closeMenu() } },
    h(
      "div",
      {
        class: "menu",
        role: "menu",
        "aria-label": menu.label,
        on: { keydown: walk },
        created: (/** @type {HTMLElement} */ node) => (place(node, menu.anchor), move(node, 0)),
      },
      menu.items.map((item) => ("heading" in item ? h("div", { class: "menu-heading", role: "presentation" }, item.heading) : menuItem(item))),
    ),
  );
}

/** @param {MenuItem} item */
function menuItem(item) {
  const choice = item.checked !== undefined;
  return h(
    "button",
    {
      type: "button",
      class: `menu-item${item.danger ? " menu-item-danger" : ""}`,
      role: choice ? "menuitemradio" : "menuitem",
      "aria-checked": choice ? item.checked : null,
      tabindex: -1,
      on: { click: () => (closeMenu(), item.run()) },
    },
    h("span", { class: "menu-label" }, h("bdi", null, item.label), item.badge ?? null),
    item.description ? h("span", { class: "menu-description" }, item.description) : null,
    item.checked ? icon("success", "menu-check") : null,
  );
}

/** @param {KeyboardEvent} event */
function walk(event) {
  const menu = /** @type {HTMLElement} */ (event.currentTarget);
  const items = itemsOf(menu);
  const at = items.indexOf(/** @type {HTMLElement} */ (document.activeElement));
  /** @type {Record<string, () => void>} */
  const keys = {
    ArrowDown: () => move(menu, at + 1),
    ArrowUp: () => move(menu, at - 1),
    Home: () => move(menu, 0),
    End: () => move(menu, items.length - 1),
    Escape: closeMenu,
    Tab: closeMenu,
  };
  if (!(event.key in keys)) return;
  event.preventDefault();
  event.stopPropagation();
  keys[event.key]();
}

/**
 * @param {HTMLElement} menu
 * @param {number} to
 */
function move(menu, to) {
  const items = itemsOf(menu);
  items[(to + items.length) % items.length]?.focus();
}

/** @param {HTMLElement} menu @returns {HTMLElement[]} */
function itemsOf(menu) {
  return [...menu.querySelectorAll(".menu-item")].map((node) => /** @type {HTMLElement} */ (node));
}

/**
 * Under the anchor, or above it where there is no room below; always inside the window.
 *
 * @param {HTMLElement} menu
 * @param {HTMLElement} anchor
 */
function place(menu, anchor) {
  const from = anchor.getBoundingClientRect();
  const size = menu.getBoundingClientRect();
  const below = from.bottom + 4;
  const top = below + size.height + MARGIN < innerHeight ? below : Math.max(MARGIN, from.top - size.height - 4);
  menu.style.top = `${top}px`;
  menu.style.left = `${Math.max(MARGIN, Math.min(from.left, innerWidth - size.width - MARGIN))}px`;
}
