/** The Home tab of an app, as it published it for the user. */

import { placeOfView } from "./actions.js";
import { paneHead } from "./channel.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { nameOf } from "./people.js";
import { renderBlocks } from "./render_blocks.js";
import { state } from "./state.js";

/** @param {string} appId */
export function renderHome(appId) {
  const app = state.apps.find((app) => app.id === appId);
  const view = state.homes.get(appId);
  const name = app ? nameOf(app.bot_user_id) : appId;
  const warning = view ? state.warnings.get(view.id) : undefined;
  return h(
    "main",
    { key: `home ${appId}`, class: "channel home", "aria-label": `Home of ${name}` },
    paneHead(h("h1", null, h("bdi", null, name), h("span", { class: "badge badge-app" }, "App")), h("p", { class: "channel-topic" }, `Home, as ${nameOf(state.me)} sees it`)),
    h(
      "div",
      { class: "home-body", tabindex: 0, role: "region", "aria-label": "Home" },
      warning ? h("div", { class: "message-warning", role: "alert" }, icon("warning"), h("span", null, warning)) : null,
      view ? renderBlocks(view.blocks, placeOfView(view)) : h("div", { class: "beginning" }, `${name} has published nothing here for ${nameOf(state.me)}.`),
    ),
  );
}
