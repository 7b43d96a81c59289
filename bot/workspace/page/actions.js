/**
 * What a person does on blocks: clicks, choices, submitting and closing modals. Each tells the server, and shows what
 * Slack's client would show when the app did not answer.
 *
 * @import {Ack, Block, Place, View} from "./types.js"
 */

import { path, post } from "./api.js";
import { forgetInputs, valuesOf } from "./inputs.js";
import { loadViews } from "./load.js";
import { change, redraw, state } from "./state.js";

/** Bots and deactivated accounts cannot act in Slack; here they can, to see how the app refuses them. */
export function forging() {
  const kind = state.users.get(state.me)?.kind;
  return kind === "bot" || kind === "deactivated";
}

/** @param {View} view @returns {Place} */
export function placeOfView(view) {
  return { key: view.id, view };
}

/**
 * Click an element or choose in it, after its confirm dialog if it has one.
 *
 * @param {Place} place
 * @param {Block} block
 * @param {Block} element
 * @param {string | string[] | null} [value]
 */
export function act(place, block, element, value) {
  const run = () => void sendAction(place, block, element, value);
  if (element.confirm) change({ confirm: { question: element.confirm, run } });
  else run();
}

/**
 * @param {Place} place
 * @param {Block} block
 * @param {Block} element
 * @param {string | string[] | null | undefined} value
 */
async function sendAction(place, block, element, value) {
  const where = place.view ? { view_id: place.view.id } : { channel: place.channel, ts: place.ts };
  await oneAtATime(actionKey(place, element), place, async () =>
    post("actions", {
      ...where,
      user: state.me,
      block_id: block.block_id,
      action_id: element.action_id,
      value,
      values: valuesOf(place, blocksAt(place)),
      forge: forging() || undefined,
    }),
  );
}

/** @param {View} view */
export async function submitView(view) {
  const place = placeOfView(view);
  await oneAtATime(submitKey(view), place, async () => {
    const values = valuesOf(place, view.blocks);
    const answer = await post(`views/${path(view.id)}/submit`, { user: state.me, values });
    state.errors.set(view.id, answer.errors ?? {});
    if (answer.closed) forgetInputs(place.key);
    await loadViews();
    return answer;
  });
}

/**
 * @param {View} view
 * @param {{all?: boolean}} [how]  all: the whole stack
 */
export async function closeView(view, { all = false } = {}) {
  await oneAtATime(`${view.id}/close`, placeOfView(view), async () => {
    const answer = await post(`views/${path(view.id)}/close`, { user: state.me, all });
    state.errors.delete(view.id);
    forgetInputs(view.id);
    await loadViews();
    return answer;
  });
}

/**
 * @param {Place} place
 * @param {Block} element
 */
export function actionKey(place, element) {
  return `${place.key}/${element.action_id}`;
}

/** @param {View} view */
export function submitKey(view) {
  return `${view.id}/submit`;
}

/** @param {unknown} error */
export function tell(error) {
  change({ notice: error instanceof Error ? error.message : String(error) });
}

/**
 * Run `work` unless the same is still under way; keep its warning beside the place where the click was made.
 *
 * @param {string} key
 * @param {Place} place
 * @param {() => Promise<Ack>} work
 */
async function oneAtATime(key, place, work) {
  if (state.busy.has(key)) return;
  state.busy.add(key);
  state.warnings.delete(place.key);
  redraw();
  try {
    const { warning } = await work();
    if (warning) state.warnings.set(place.key, warning);
  } catch (error) {
    tell(error);
  } finally {
    state.busy.delete(key);
    redraw();
  }
}

/** @param {Place} place @returns {Block[]} */
function blocksAt(place) {
  if (place.view) return place.view.blocks;
  const shown = [...(state.messages.get(place.channel) ?? []), ...state.replies];
  return shown.find((message) => message.channel === place.channel && message.ts === place.ts)?.blocks ?? [];
}
