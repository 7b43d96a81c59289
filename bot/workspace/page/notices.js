/** Lines across the page: the workspace is gone, the app is away, something was refused. */

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { change, state } from "./state.js";

export function renderBanners() {
  const away = state.apps.filter((app) => app.connections === 0);
  return h(
    "div",
    { key: "banners", class: "banners", role: "status" },
    state.connected ? null : h("div", { class: "banner banner-lost" }, icon("warning"), "The connection to the workspace is lost. Trying again…"),
    state.connected && away.length
      ? h("div", { class: "banner banner-away" }, icon("info"), `${away.map((app) => app.name).join(", ")} is not connected: messages and clicks do not reach it yet.`)
      : null,
  );
}

export function renderNotice() {
  if (state.notice === null) return null;
  const close = () => change({ notice: null });
  return h(
    "div",
    { key: "notice", class: "notice", role: "alert" },
    icon("warning"),
    h("span", null, state.notice),
    h("button", { type: "button", class: "button-plain", "aria-label": "Dismiss", on: { click: close } }, icon("close")),
  );
}

/** @param {string} why */
export function renderBroken(why) {
  return h(
    "main",
    { key: "broken", class: "broken" },
    h("img", { src: "/page/icon.svg", alt: "" }),
    h("h1", null, "This page has no way in"),
    h("p", null, why),
    h("p", null, "Open the address that was printed in the terminal when the workspace started: it ends in ", h("code", null, "?token=…"), " and changes with each start."),
  );
}
