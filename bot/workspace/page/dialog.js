/**
 * Modals of apps, and the question before an act: dialogs that hold the focus until they are closed.
 *
 * @import {View} from "./types.js"
 * @import {Content, VNode} from "./dom.js"
 */

import { closeView, placeOfView, submitKey, submitView } from "./actions.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { renderBlocks } from "./render_blocks.js";
import { plainString, renderTextObject } from "./render_text.js";
import { change, state } from "./state.js";

const FOCUSABLE = "button:not([disabled]), input, select, textarea, a[href], [tabindex='0']";

/** The dialogs that are open, lowest first; only the topmost can be used. */
export function renderDialogs() {
  const dialogs = state.views.slice(0, 1).map((view) => viewDialog(view));
  const question = confirmDialog();
  if (question) dialogs.push(question);
  if (dialogs.length === 0) return null;
  return h(
    "div",
    { class: "dialog-layer" },
    dialogs.map((dialog, index) => h("div", { key: dialog.props.key, class: "dialog-place", inert: index < dialogs.length - 1 }, dialog)),
  );
}

/** @param {View} view */
function viewDialog(view) {
  const stacked = state.views.length > 1;
  const place = placeOfView(view);
  const warning = state.warnings.get(place.key);
  const submit = (/** @type {Event} */ event) => (event.preventDefault(), void submitView(view));
  const closed = () => void closeView(view);
  return frame(
    { key: view.id, role: "dialog", title: plainString(view.title), escape: closed, stacked },
    h(
      "form",
      { class: "dialog-form", novalidate: true, on: { submit, keydown: (/** @type {KeyboardEvent} */ event) => submitsFromText(event) && submit(event) } },
      h(
        "header",
        { class: "dialog-header" },
        stacked ? h("button", { type: "button", class: "button-plain", "aria-label": "Back", on: { click: closed } }, icon("back")) : null,
        h("h2", { id: "dialog-title", dir: "auto" }, plainString(view.title)),
        h("button", { type: "button", class: "button-plain", "aria-label": "Close", on: { click: () => void closeView(view, { all: true }) } }, icon("close")),
      ),
      h("div", { class: "dialog-body", drawn: focusFirstError }, renderBlocks(view.blocks, place)),
      warning ? h("div", { class: "dialog-warning", role: "alert" }, icon("warning"), h("span", null, warning)) : null,
      h("footer", { class: "dialog-footer" }, viewButtons(view, closed)),
    ),
  );
}

/**
 * @param {View} view
 * @param {() => void} closed
 * @returns {Content}
 */
function viewButtons(view, closed) {
  const busy = state.busy.has(submitKey(view));
  const close = h("button", { key: "close", type: "button", class: "button", on: { click: closed } }, plainString(view.close) || (view.submit ? "Cancel" : "Close"));
  if (!view.submit) return close;
  return [
    close,
    h("button", { key: "submit", type: "submit", class: `button button-primary${busy ? " busy" : ""}`, "aria-busy": busy || null }, plainString(view.submit)),
  ];
}

/** @returns {VNode | null} */
function confirmDialog() {
  const asked = state.confirm;
  if (asked === null) return null;
  const { question, run } = asked;
  const closed = () => change({ confirm: null });
  const danger = question.style === "danger" ? "button-danger" : "button-primary";
  return frame(
    { key: "confirm", role: "alertdialog", title: plainString(question.title), escape: closed, stacked: false },
    h("header", { class: "dialog-header" }, h("h2", { id: "dialog-title", dir: "auto" }, plainString(question.title))),
    h("div", { class: "dialog-body" }, renderTextObject(question.text)),
    h(
      "footer",
      { class: "dialog-footer" },
      h("button", { type: "button", class: "button", on: { click: closed } }, plainString(question.deny) || "Cancel"),
      h("button", { type: "button", class: `button ${danger}`, on: { click: () => (closed(), run()) } }, plainString(question.confirm) || "Yes"),
    ),
  );
}

/**
 * @param {{key: string, role: string, title: string, escape: () => void, stacked: boolean}} how
 * @param {...Content} content
 */
function frame({ key, role, title, escape, stacked }, ...content) {
  return h(
    "div",
    {
      key,
      class: `dialog dialog-${role}${stacked ? " dialog-stacked" : ""}`,
      role,
      "aria-modal": "true",
      "aria-label": title,
      tabindex: -1,
      on: { keydown: (/** @type {KeyboardEvent} */ event) => keepInside(event, escape) },
    },
    content,
  );
}

/**
 * @param {KeyboardEvent} event
 * @param {() => void} escape
 */
function keepInside(event, escape) {
  if (event.key === "Escape") return event.stopPropagation(), escape();
  if (event.key !== "Tab") return;
  const inside = focusable(/** @type {HTMLElement} */ (event.currentTarget));
  const from = event.shiftKey ? inside[0] : inside[inside.length - 1];
  if (document.activeElement !== from && document.activeElement !== event.currentTarget) return;
  event.preventDefault();
  (event.shiftKey ? inside[inside.length - 1] : inside[0])?.focus();
}

/** Enter submits from a line of text, as forms do; from many lines it needs Ctrl or Cmd. @param {KeyboardEvent} event */
function submitsFromText(event) {
  return event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target instanceof HTMLTextAreaElement;
}

/** @param {HTMLElement} body */
function focusFirstError(body) {
  const wrong = body.querySelector("[aria-invalid='true']");
  const named = wrong?.id ?? "";
  if (named && body.dataset.wrong !== named) /** @type {HTMLElement} */ (wrong).focus();
  body.dataset.wrong = named;
}

/** @param {HTMLElement} root @returns {HTMLElement[]} */
function focusable(root) {
  return [...root.querySelectorAll(FOCUSABLE)].map((node) => /** @type {HTMLElement} */ (node));
}
