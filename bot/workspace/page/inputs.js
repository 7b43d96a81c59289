/**
 * What stands in the inputs of a message or view: what was typed or chosen here, else what the app gave as initial.
 *
 * Values are plain: a string, a list of strings, or null when empty. They are kept by block_id and action_id, so an
 * update of a view that keeps these ids keeps what was typed, as in Slack.
 *
 * @import {Block, Place} from "./types.js"
 */

import { change, state } from "./state.js";

/** @typedef {string | string[] | null} Value */

/** Which field holds the initial value, for each type of element that has a value. @type {Record<string, string>} */
const INITIAL = {
  plain_text_input: "initial_value",
  number_input: "initial_value",
  email_text_input: "initial_value",
  url_text_input: "initial_value",
  static_select: "initial_option",
  external_select: "initial_option",
  radio_buttons: "initial_option",
  checkboxes: "initial_options",
  multi_static_select: "initial_options",
  multi_external_select: "initial_options",
  users_select: "initial_user",
  multi_users_select: "initial_users",
  channels_select: "initial_channel",
  multi_channels_select: "initial_channels",
  conversations_select: "initial_conversation",
  multi_conversations_select: "initial_conversations",
  datepicker: "initial_date",
  timepicker: "initial_time",
  datetimepicker: "initial_date_time",
};

/** @param {Block} element */
export function hasValue(element) {
  return element.type in INITIAL;
}

/** @param {Block} element */
export function takesMany(element) {
  return element.type === "checkboxes" || element.type.startsWith("multi_");
}

/**
 * @param {Place} place
 * @param {Block} block
 * @param {Block} element
 * @returns {Value}
 */
export function valueOf(place, block, element) {
  const key = inputKey(place, block, element);
  return state.inputs.has(key) ? state.inputs.get(key) : initialValue(element);
}

/**
 * @param {Place} place
 * @param {Block} block
 * @param {Block} element
 * @param {Value} value
 */
export function setValue(place, block, element, value) {
  state.inputs.set(inputKey(place, block, element), value);
  change({});
}

/**
 * Everything that stands in the inputs of these blocks, as the control API takes it.
 *
 * @param {Place} place
 * @param {Block[]} blocks
 * @returns {Record<string, Record<string, Value>>}
 */
export function valuesOf(place, blocks) {
  /** @type {Record<string, Record<string, Value>>} */
  const values = {};
  for (const block of blocks) {
    for (const element of elementsOf(block).filter(hasValue)) {
      (values[block.block_id] ??= {})[element.action_id] = valueOf(place, block, element);
    }
  }
  return values;
}

/** Forget what was typed in a view that is gone. @param {string} placeKey */
export function forgetInputs(placeKey) {
  for (const key of state.inputs.keys()) if (key.startsWith(`${placeKey}/`)) state.inputs.delete(key);
}

/** @param {Block} block @returns {Block[]} */
function elementsOf(block) {
  if (block.type === "input") return [block.element];
  if (block.type === "actions") return block.elements ?? [];
  return block.accessory ? [block.accessory] : [];
}

/** @param {Block} element @returns {Value} */
function initialValue(element) {
  const initial = element[INITIAL[element.type]];
  if (takesMany(element)) return (initial ?? []).map((/** @type {any} */ one) => one.value ?? one);
  if (initial === undefined || initial === null) return null;
  return String(initial.value ?? initial);
}

/**
 * @param {Place} place
 * @param {Block} block
 * @param {Block} element
 */
function inputKey(place, block, element) {
  return `${place.key}/${block.block_id}/${element.action_id}`;
}
