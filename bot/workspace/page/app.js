/** The page: reads the workspace, draws it, and draws it again whenever something changes. */

import { tell } from "./actions.js";
import { token } from "./api.js";
import { renderChannel } from "./channel.js";
import { renderDialogs } from "./dialog.js";
import { draw, h } from "./dom.js";
import { noteFocus, settleFocus } from "./focus.js";
import { begin } from "./go.js";
import { lockedOut } from "./hear.js";
import { renderHome } from "./home.js";
import { markSeen } from "./load.js";
import { renderMenu } from "./menu.js";
import { renderBanners, renderBroken, renderNotice } from "./notices.js";
import { renderSidebar } from "./sidebar.js";
import { change, drawWith, openChannel, redraw, state } from "./state.js";
import { renderThread } from "./thread.js";
import { unreadIn } from "./unread.js";

const CLOCK_MS = 4000;

const page = /** @type {HTMLElement} */ (document.getElementById("page"));
const layers = /** @type {HTMLElement} */ (document.getElementById("layers"));

drawWith(paint);
document.addEventListener("visibilitychange", looked);
setInterval(() => change({ now: Date.now() }), CLOCK_MS);
begin().catch(broken);

function paint() {
  noteFocus();
  page.inert = state.views.length > 0 || state.confirm !== null;
  draw(page, state.broken ? renderBroken(state.broken) : state.where ? renderPage() : null);
  draw(layers, renderDialogs(), renderMenu(), renderNotice());
  settleFocus();
  document.title = titleOfPage();
}

function renderPage() {
  const where = state.where;
  return [
    renderBanners(),
    h(
      "div",
      { key: "panes", class: `panes${state.thread ? " panes-with-thread" : ""}` },
      renderSidebar(),
      state.sidebarOpen ? h("div", { key: "cover", class: "sidebar-cover", on: { click: () => change({ sidebarOpen: false }) } }) : null,
      where && "home" in where ? renderHome(where.home) : renderChannel(),
      renderThread(),
    ),
  ];
}

function titleOfPage() {
  const unread = state.channels.reduce((sum, channel) => sum + unreadIn(channel.id), 0);
  const name = state.team.name || "Local workspace";
  return unread ? `(${unread}) ${name}` : name;
}

function looked() {
  const channel = openChannel();
  if (channel) markSeen(channel.id);
  redraw();
}

/** @param {unknown} error */
function broken(error) {
  if (!token) change({ broken: "The address has no token." });
  else if (lockedOut(error)) change({ broken: /** @type {Error} */ (error).message });
  else tell(error);
}
