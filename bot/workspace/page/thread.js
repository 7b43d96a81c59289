/** The pane at the right: one thread, its first message at the top. */

import { paneHead } from "./channel.js";
import { composer } from "./composer.js";
import { h } from "./dom.js";
import { closeThread } from "./go.js";
import { icon } from "./icons.js";
import { messageList } from "./message_list.js";
import { channelTitle } from "./people.js";
import { state } from "./state.js";
import { workingLine } from "./status_line.js";

export function renderThread() {
  const thread = state.thread;
  const channel = state.channels.find((channel) => channel.id === thread?.channel);
  if (!thread || !channel) return null;
  const close = () => closeThread();
  return h(
    "aside",
    {
      key: `${thread.channel}/${thread.ts}`,
      class: "thread",
      "aria-label": "Thread",
      on: { keydown: (/** @type {KeyboardEvent} */ event) => event.key === "Escape" && close() },
    },
    paneHead(
      h("h2", null, "Thread"),
      h("p", { class: "channel-topic" }, channel.kind === "im" ? channelTitle(channel) : `#${channel.name}`),
      h("button", { key: "close", type: "button", class: "button-plain", "aria-label": "Close thread", title: "Close thread (Esc)", on: { click: close } }, icon("close")),
    ),
    messageList({ key: `${state.me}/${thread.ts}`, label: "Thread", messages: state.replies, inThread: true }),
    workingLine(thread.channel, thread.ts),
    composer({ key: `${state.me}/${thread.channel}/${thread.ts}`, channel, threadTs: thread.ts }),
  );
}
