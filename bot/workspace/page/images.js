/**
 * Images: only those that come from this page's own server or stand in the address itself. Others would tell a
 * stranger that the message was read, so their words are shown instead.
 *
 * @import {Block} from "./types.js"
 */

import { h } from "./dom.js";

/**
 * @param {Block} element
 * @param {string} className
 */
export function image(element, className) {
  const url = String(element.image_url ?? "");
  const words = String(element.alt_text ?? "");
  if (isOurs(url)) return h("img", { class: className, src: url, alt: words });
  return h("span", { class: "image-instead", title: url }, `Image: ${words || "no description"}`);
}

/** @param {string} url */
function isOurs(url) {
  if (/^data:image\/(png|jpeg|gif|webp|svg\+xml)[;,]/i.test(url)) return true;
  return URL.canParse(url) && new URL(url).origin === location.origin;
}
