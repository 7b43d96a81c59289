/** The stream of what changes: kept open, opened again with growing pauses when it breaks. */

import { path, token } from "./api.js";

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 8000;

/** @type {EventSource | null} */
let source = null;
let pause = FIRST_PAUSE_MS;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let waiting;

/**
 * Follow what `user` sees, in place of whoever was followed before. `heard` gets every event; `lost` is called when
 * the stream breaks. The first event of each connection is `hello`: what came before it has to be read anew.
 *
 * @param {string} user
 * @param {(event: Record<string, any>) => void} heard
 * @param {() => void} lost
 */
export function follow(user, heard, lost) {
  clearTimeout(waiting);
  source?.close();
  const opened = new EventSource(`/control/stream?as=${path(user)}&token=${path(token)}`);
  source = opened;
  opened.onmessage = (message) => {
    pause = FIRST_PAUSE_MS;
    heard(JSON.parse(message.data));
  };
  opened.onerror = () => {
    opened.close();
    lost();
    waiting = setTimeout(() => follow(user, heard, lost), pause);
    pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
  };
}
