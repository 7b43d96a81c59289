/**
 * Elements that hold a value: text, numbers, dates, selects, radio buttons, check boxes.
 *
 * @import {Block, Place} from "./types.js"
 * @import {Content} from "./dom.js"
 * @import {Value} from "./inputs.js"
 */

import { h } from "./dom.js";
import { takesMany, valueOf } from "./inputs.js";
import { nameOf } from "./people.js";
import { plainString, renderTextObject } from "./render_text.js";
import { state } from "./state.js";
import { loadOptions, optionsOf } from "./external_options.js";

/**
 * How a field is wired: `labelled` are the attributes that name and describe it, `changed` is called with each new
 * value, `entered` when Enter was pressed in a line of text.
 *
 * @typedef {{labelled: Record<string, any>, changed: (value: Value) => void, entered?: (value: Value) => void}} Wiring
 * @typedef {{value: string, label: string, description?: Block, text?: Block}} Choice
 */

/** @type {Record<string, string>} */
const INPUT_TYPES = {
  plain_text_input: "text",
  number_input: "number",
  email_text_input: "email",
  url_text_input: "url",
  datepicker: "date",
  timepicker: "time",
  datetimepicker: "datetime-local",
};

/**
 * @param {Block} element
 * @param {Block} block
 * @param {Place} place
 * @param {Wiring} wiring
 * @returns {Content}
 */
export function renderField(element, block, place, wiring) {
  const value = valueOf(place, block, element);
  if (element.type === "plain_text_input" && element.multiline) return manyLines(element, value, wiring);
  if (element.type in INPUT_TYPES) return oneLine(element, value, wiring);
  const choices = choicesOf(element, place);
  if (element.type === "radio_buttons" || takesMany(element)) return choiceGroup(element, place, block, choices, value, wiring);
  return select(element, choices, value, wiring, place, block);
}

/** Radio buttons and check boxes are named by a legend, not by a label. @param {Block} element */
export function isGroup(element) {
  return element.type === "radio_buttons" || takesMany(element);
}

/**
 * @param {Block} element
 * @param {Value} value
 * @param {Wiring} wiring
 */
function oneLine(element, value, { labelled, changed, entered }) {
  const shown = element.type === "datetimepicker" ? localMoment(value) : value;
  return h("input", {
    ...labelled,
    ...limits(element),
    key: element.action_id,
    class: "field",
    type: INPUT_TYPES[element.type],
    step: element.type === "number_input" ? (element.is_decimal_allowed ? "any" : 1) : null,
    value: shown ?? "",
    on: {
      input: (/** @type {InputEvent} */ event) => changed(typed(element, event)),
      keydown: (/** @type {KeyboardEvent} */ event) => entered && event.key === "Enter" && (event.preventDefault(), entered(typed(element, event))),
    },
  });
}

/**
 * @param {Block} element
 * @param {Value} value
 * @param {Wiring} wiring
 */
function manyLines(element, value, { labelled, changed }) {
  return h("textarea", {
    ...labelled,
    ...limits(element),
    key: element.action_id,
    class: "field",
    rows: 4,
    value: value ?? "",
    on: { input: (/** @type {InputEvent} */ event) => changed(typed(element, event)) },
  });
}

/** @param {Block} element */
function limits(element) {
  return {
    placeholder: plainString(element.placeholder) || null,
    maxlength: element.max_length,
    min: element.min_value,
    max: element.max_value,
    autocomplete: "off",
  };
}

/**
 * @param {Block} element
 * @param {Choice[]} choices
 * @param {Value} value
 * @param {Wiring} wiring
 * @param {Place} place
 * @param {Block} block
 */
function select(element, choices, value, { labelled, changed }, place, block) {
  const none = h("option", { value: "" }, plainString(element.placeholder) || "Choose…");
  const options = choices.map((choice) => h("option", { value: choice.value }, choice.label));
  const external = element.type === "external_select";
  return h(
    "select",
    {
      ...labelled,
      key: element.action_id,
      class: "field field-select",
      value: value ?? "",
      on: {
        change: (/** @type {Event} */ event) => changed(/** @type {HTMLSelectElement} */ (event.currentTarget).value || null),
        focus: () => external && loadOptions(place, block, element),
      },
    },
    none,
    options,
  );
}

/**
 * @param {Block} element
 * @param {Place} place
 * @param {Block} block
 * @param {Choice[]} choices
 * @param {Value} value
 * @param {Wiring} wiring
 */
function choiceGroup(element, place, block, choices, value, { labelled, changed }) {
  const one = element.type === "radio_buttons";
  const chosen = new Set(Array.isArray(value) ? value : [value]);
  const toggled = (/** @type {string} */ pick, /** @type {boolean} */ on) =>
    one ? pick : choices.map((choice) => choice.value).filter((each) => (each === pick ? on : chosen.has(each)));
  const { id, ...named } = labelled;
  return h(
    "div",
    { ...named, id, role: one ? "radiogroup" : "group", class: `choices${element.type.startsWith("multi_") ? " choices-boxed" : ""}`, key: element.action_id },
    choices.map((choice) =>
      h(
        "label",
        { class: "choice" },
        h("input", {
          type: one ? "radio" : "checkbox",
          name: `${place.key}/${block.block_id}/${element.action_id}`,
          value: choice.value,
          checked: chosen.has(choice.value),
          on: { change: (/** @type {Event} */ event) => changed(toggled(choice.value, /** @type {HTMLInputElement} */ (event.currentTarget).checked)) },
        }),
        h("span", null, choice.text ? renderTextObject(choice.text) : choice.label, choice.description ? h("span", { class: "choice-description" }, renderTextObject(choice.description)) : null),
      ),
    ),
  );
}

/**
 * @param {Block} element
 * @param {Place} place
 * @returns {Choice[]}
 */
function choicesOf(element, place) {
  if (element.type.endsWith("users_select")) return peopleChoices();
  if (/(channels|conversations)_select$/.test(element.type)) return state.channels.map((channel) => ({ value: channel.id, label: `#${channel.name}` }));
  const groups = element.option_groups?.flatMap((/** @type {Block} */ group) => group.options);
  const options = element.type.endsWith("external_select") ? optionsOf(place, element) : (element.options ?? groups ?? []);
  return options.map((/** @type {Block} */ option) => ({
    value: String(option.value),
    label: plainString(option.text) + (option.description && element.type.endsWith("select") ? ` — ${plainString(option.description)}` : ""),
    text: option.text,
    description: element.type.endsWith("select") ? undefined : option.description,
  }));
}

/** @returns {Choice[]} */
function peopleChoices() {
  const people = [...state.users.values()].filter((user) => !user.deleted);
  return people.map((user) => ({ value: user.id, label: nameOf(user.id) }));
}

/**
 * @param {Block} element
 * @param {Event} event
 */
function typed(element, event) {
  const value = /** @type {HTMLInputElement} */ (event.currentTarget).value;
  if (element.type !== "datetimepicker") return value || null;
  return value ? String(Math.floor(new Date(value).getTime() / 1000)) : null;
}

/** @param {Value} value */
function localMoment(value) {
  if (typeof value !== "string" || !value) return "";
  const at = new Date(Number(value) * 1000);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
