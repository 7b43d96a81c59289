/**
 * What stands within one line of Markdown: emphasis, code, links, images as links, bare addresses, `<@U…>`.
 *
 * @import {Child, Content} from "./dom.js"
 */

import { flat, h } from "./dom.js";
import { emojiNamed } from "./emoji.js";
import { link } from "./links.js";
import { renderAngled, unescapeText } from "./render_text.js";

const TOKEN =
  /\\[!-/:-@[-`{-~]|(`+)(?!`)[^\n]*?[^`]\1(?!`)|!?\[[^\]\n]{0,1000}\]\([^()\s]{1,3000}(?:\s"[^"\n]{0,300}")?\)|<[^<>\n]{1,3000}>|\*\*\*|\*\*|\*|___|__|_|~~|:[a-z0-9_+-]{1,40}:|https?:\/\/[^\s<>)\]]+/g;
const LINK = /^!?\[([^\]]*)\]\(([^()\s]+)/;
/** @type {Record<string, string[]>} */
const EMPHASIS = {
  "***": ["strong", "em"],
  ___: ["strong", "em"],
  "**": ["strong"],
  __: ["strong"],
  "*": ["em"],
  _: ["em"],
  "~~": ["s"],
};
const WORD = /[\p{L}\p{N}]/u;

/**
 * @param {string} text
 * @param {string[]} [open]  the marks that are already on
 * @returns {Content}
 */
export function renderMarkdownInline(text, open = []) {
  /** @type {Child[]} */
  const shown = [];
  const closed = new Set(open);
  const token = new RegExp(TOKEN);
  let from = 0;
  for (let found = token.exec(text); found; found = token.exec(text)) {
    const mark = found[0];
    const isMark = Object.hasOwn(EMPHASIS, mark);
    const end = isMark ? emphasisEnd(text, found.index, mark, closed) : found.index + mark.length;
    if (end === null) continue;
    shown.push(...flat(unescapeText(text.slice(from, found.index))));
    const inside = text.slice(found.index + mark.length, end - mark.length);
    shown.push(...flat(isMark ? emphasis(mark, renderMarkdownInline(inside, [...open, mark])) : renderToken(mark, open)));
    from = token.lastIndex = end;
  }
  shown.push(...flat(unescapeText(text.slice(from))));
  return shown;
}

/**
 * @param {string} mark
 * @param {Content} inside
 */
function emphasis(mark, inside) {
  return EMPHASIS[mark].reduce((/** @type {Content} */ content, tag) => h(tag, null, content), inside);
}

/**
 * @param {string} text
 * @param {number} start
 * @param {string} mark
 * @param {Set<string>} closed  marks that cannot open any more; grows when the search finds no end
 */
function emphasisEnd(text, start, mark, closed) {
  const inWord = mark[0] === "_" && WORD.test(text[start - 1] ?? "");
  if (closed.has(mark) || inWord || !/\S/.test(text[start + mark.length] ?? "")) return null;
  for (let at = text.indexOf(mark, start + mark.length + 1); at !== -1; at = text.indexOf(mark, at + mark.length)) {
    const after = text[at + mark.length] ?? "";
    if (/\S/.test(text[at - 1]) && after !== mark[0] && !(mark[0] === "_" && WORD.test(after))) return at + mark.length;
  }
  closed.add(mark);
  return null;
}

/**
 * @param {string} token
 * @param {string[]} open
 * @returns {Content}
 */
function renderToken(token, open) {
  if (token[0] === "\\") return token.slice(1);
  if (token[0] === "`") return h("code", null, unescapeText(codeInside(token)));
  if (token[0] === "<") return renderAngled(token.slice(1, -1));
  if (token[0] === ":") return emojiNamed(token.slice(1, -1));
  const found = LINK.exec(token);
  if (found) return link(unescapeText(found[2]), open.includes("[") ? found[1] : renderMarkdownInline(found[1], [...open, "["]));
  return link(unescapeText(token), unescapeText(token));
}

/** @param {string} token */
function codeInside(token) {
  const marks = /^`+/.exec(token)?.[0].length ?? 1;
  const inside = token.slice(marks, -marks);
  return /^ .*\S.* $/.test(inside) ? inside.slice(1, -1) : inside;
}
