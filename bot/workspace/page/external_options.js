/**
 * Options that the app itself answers with: asked for when a person comes to the select.
 *
 * @import {Block, Place} from "./types.js"
 */

import { actionKey, tell } from "./actions.js";
import { post } from "./api.js";
import { change, state } from "./state.js";

/** @type {Map<string, Block[]>} */
const loaded = new Map();

/**
 * @param {Place} place
 * @param {Block} element
 * @returns {Block[]}
 */
export function optionsOf(place, element) {
  const initial = element.initial_option ? [element.initial_option] : [];
  return loaded.get(actionKey(place, element)) ?? element.initial_options ?? initial;
}

/**
 * @param {Place} place
 * @param {Block} block
 * @param {Block} element
 */
export async function loadOptions(place, block, element) {
  const where = place.view ? { view_id: place.view.id } : { channel: place.channel, ts: place.ts };
  try {
    const asked = { ...where, user: state.me, block_id: block.block_id, action_id: element.action_id, value: "" };
    const answer = await post("options", asked);
    const grouped = (answer.option_groups ?? []).flatMap((/** @type {Block} */ group) => group.options);
    loaded.set(actionKey(place, element), [...(answer.options ?? []), ...grouped]);
    change({});
  } catch (error) {
    tell(error);
  }
}
