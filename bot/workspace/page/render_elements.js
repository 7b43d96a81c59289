/**
 * Interactive elements outside of forms: buttons, overflow menus, and the rest by way of `fields.js`.
 *
 * @import {Block, Place} from "./types.js"
 * @import {Content} from "./dom.js"
 */

import { act, actionKey } from "./actions.js";
import { h } from "./dom.js";
import { renderField } from "./fields.js";
import { icon } from "./icons.js";
import { hasValue, setValue } from "./inputs.js";
import { image } from "./images.js";
import { openMenu } from "./menu.js";
import { plainString } from "./render_text.js";
import { state } from "./state.js";

const BUTTON_STYLES = new Set(["primary", "danger"]);

/**
 * @param {Block} element
 * @param {Block} block
 * @param {Place} place
 * @returns {Content}
 */
export function renderElement(element, block, place) {
  if (element.type === "button" || element.type === "icon_button") return button(element, block, place);
  if (element.type === "overflow") return overflow(element, block, place);
  if (element.type === "feedback_buttons") return feedback(element, block, place);
  if (element.type === "image") return image(element, "element-image");
  if (hasValue(element)) return chooser(element, block, place);
  return h("span", { class: "unknown" }, `Unknown element: ${element.type}`);
}

/**
 * @param {Block} element
 * @param {Block} block
 * @param {Place} place
 */
function button(element, block, place) {
  const hidden = element.visible_to_user_ids && !element.visible_to_user_ids.includes(state.me);
  if (hidden) return null;
  const style = BUTTON_STYLES.has(element.style) ? ` button-${element.style}` : "";
  const busy = state.busy.has(actionKey(place, element));
  return h(
    "button",
    {
      key: element.action_id,
      type: "button",
      class: `button${style}${busy ? " busy" : ""}`,
      "aria-label": element.accessibility_label,
      "aria-busy": busy || null,
      on: { click: () => (openAddress(element.url), act(place, block, element, element.value)) },
    },
    h("bdi", null, plainString(element.text)),
  );
}

/**
 * @param {Block} element
 * @param {Block} block
 * @param {Place} place
 */
function overflow(element, block, place) {
  const items = (element.options ?? []).map((/** @type {Block} */ option) => ({
    label: plainString(option.text),
    description: plainString(option.description),
    run: () => (openAddress(option.url), act(place, block, element, option.value)),
  }));
  const label = element.accessibility_label ?? "More actions";
  const busy = state.busy.has(actionKey(place, element));
  return h(
    "button",
    {
      key: element.action_id,
      type: "button",
      class: `button button-icon${busy ? " busy" : ""}`,
      "aria-label": label,
      "aria-haspopup": "menu",
      on: { click: (/** @type {Event} */ event) => openMenu(event, label, items) },
    },
    icon("more"),
  );
}

/**
 * The two buttons under an answer; they share an action_id and differ in value.
 *
 * @param {Block} element
 * @param {Block} block
 * @param {Place} place
 */
function feedback(element, block, place) {
  return [element.positive_button, element.negative_button].filter(Boolean).map((/** @type {Block} */ choice) =>
    h(
      "button",
      { type: "button", class: "button", "aria-label": choice.accessibility_label, on: { click: () => act(place, block, element, choice.value) } },
      plainString(choice.text),
    ),
  );
}

/**
 * A select, picker or group of choices outside of an input block tells the app at once.
 *
 * @param {Block} element
 * @param {Block} block
 * @param {Place} place
 */
function chooser(element, block, place) {
  const label = plainString(element.placeholder) || element.accessibility_label || "Choose";
  return renderField(element, block, place, {
    labelled: { "aria-label": label },
    changed: (value) => (setValue(place, block, element, value), act(place, block, element, value)),
  });
}

/** A link button's address, in a new tab that knows nothing of this page. @param {string | undefined} url */
function openAddress(url) {
  if (url && /^https?:\/\//i.test(url)) open(url, "_blank", "noopener,noreferrer");
}
