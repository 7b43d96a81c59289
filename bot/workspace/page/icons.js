/** The page's few icons, drawn as lines on a 20 by 20 field. */

import { h } from "./dom.js";

/** @type {Record<string, string>} */
const PATHS = {
  close: "M5 5l10 10M15 5L5 15",
  back: "M12 4l-6 6 6 6",
  more: "M4.2 10h.1M10 10h.1M15.8 10h.1M4.2 9.7v.6M10 9.7v.6M15.8 9.7v.6",
  down: "M5 8l5 5 5-5",
  send: "M3.5 4l13 6-13 6 2-6zM5.5 10h6",
  warning: "M10 3l8 14H2zM10 8.5v3.5M10 14.4v.1",
  info: "M10 17.5a7.5 7.5 0 1 1 0-15 7.5 7.5 0 0 1 0 15zM10 9v4.5M10 6.5v.1",
  success: "M10 17.5a7.5 7.5 0 1 1 0-15 7.5 7.5 0 0 1 0 15zM6.7 10.2l2.2 2.3 4.4-4.8",
  eye: "M2 10s3-5.5 8-5.5S18 10 18 10s-3 5.5-8 5.5S2 10 2 10zM10 12.2a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.4z",
  reply: "M4 4.5h12v8.5H9.5L6 16v-3H4z",
  file: "M5.5 3h6l3.5 3.5V17h-9.5zM11 3v4h4M8 10.5h4.5M8 13.5h4.5",
  trash: "M4 6h12M8 6V4h4v2M5.5 6l.7 10.5h7.6L14.5 6",
  lock: "M5.5 9h9v7h-9zM7.2 9V6.8a2.8 2.8 0 0 1 5.6 0V9",
  home: "M3.5 9.5L10 4l6.5 5.5M5.5 8.5V16h9V8.5",
  menu: "M3.5 5.5h13M3.5 10h13M3.5 14.5h13",
  people: "M7.5 9.5a2.7 2.7 0 1 0 0-5.4 2.7 2.7 0 0 0 0 5.4zM2.5 16c0-3 2.2-4.6 5-4.6s5 1.6 5 4.6M13 4.4a2.6 2.6 0 0 1 0 4.9M14 11.6c2.1.5 3.5 2 3.5 4.4",
  switch: "M4 7h11M12 4l3 3-3 3M16 13H5M8 10l-3 3 3 3",
};

/**
 * @param {keyof typeof PATHS} name
 * @param {string} [className]
 */
export function icon(name, className = "") {
  const path = h("path", { d: PATHS[name], fill: "none", stroke: "currentColor", "stroke-width": 1.7, "stroke-linecap": "round", "stroke-linejoin": "round" });
  return h("svg", { class: `icon ${className}`, viewBox: "0 0 20 20", "aria-hidden": true, focusable: "false" }, path);
}
