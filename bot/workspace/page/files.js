/**
 * Files that hang on a message: their names, and what is in them as text.
 *
 * @import {Message, MessageFile} from "./types.js"
 * @import {Content} from "./dom.js"
 */

import { tell } from "./actions.js";
import { get, path } from "./api.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { change, state } from "./state.js";

/** @param {Message} message @returns {Content} */
export function renderFiles(message) {
  return message.files.map((file) => renderFile(message, file));
}

/**
 * @param {Message} message
 * @param {MessageFile} file
 */
function renderFile(message, file) {
  const whole = state.files.get(file.id) ?? (file.is_whole ? file.preview : null);
  return h(
    "figure",
    { key: file.id, class: "file", "aria-label": `File ${file.name}` },
    h(
      "figcaption",
      { class: "file-head" },
      icon("file"),
      h("bdi", { class: "file-name" }, file.name),
      h("span", { class: "file-size" }, bytes(file.size)),
      whole === null ? showAll(message, file) : null,
    ),
    h("pre", { class: "code-block", tabindex: 0 }, whole ?? `${file.preview}…`),
  );
}

/**
 * @param {Message} message
 * @param {MessageFile} file
 */
function showAll(message, file) {
  const run = () => void read(message, file).catch(tell);
  return h("button", { type: "button", class: "file-all", "aria-label": `Show all of ${file.name}`, on: { click: run } }, "Show all");
}

/**
 * @param {Message} message
 * @param {MessageFile} file
 */
async function read(message, file) {
  const where = path("channels", message.channel, "messages", message.ts, "files", file.id);
  const { text } = await get(`${where}?as=${encodeURIComponent(state.me)}`);
  change({ files: new Map(state.files).set(file.id, String(text)) });
}

/** @param {number} count */
function bytes(count) {
  if (count < 1024) return `${count} bytes`;
  return count < 1024 * 1024 ? `${Math.round(count / 1024)} KB` : `${(count / 1024 / 1024).toFixed(1)} MB`;
}
