/**
 * Slack's mrkdwn and plain text as nodes: `*bold*`, `_italic_`, `~strike~`, code, fences, quotes, `<…>` and entities.
 *
 * `<…>` is read before all formatting, as Slack does: a mention is alive also between backticks, and is painted so.
 *
 * @import {Block} from "./types.js"
 * @import {Child, Content} from "./dom.js"
 */

import { slackDate, fullTime } from "./dates.js";
import { flat, h } from "./dom.js";
import { emojiNamed, withEmoji } from "./emoji.js";
import { broadcast, channelMention, groupMention, link, userMention } from "./links.js";
import { state } from "./state.js";

const STYLES = /** @type {const} */ ({ "*": "strong", _: "em", "~": "s" });
const ANGLED = /<([^<>\n]{1,4000})>/;
const INLINE = /<[^<>\n]{1,4000}>|`[^`\n]+`|[*_~]|:[a-z0-9_+-]{1,40}:|https?:\/\/[^\s<>|]+/g;
const WORD = /[\p{L}\p{N}]/u;

/**
 * A text object of Block Kit: `plain_text` or `mrkdwn`.
 *
 * @param {Block | null | undefined} text
 * @returns {Content}
 */
export function renderTextObject(text) {
  if (!text) return null;
  const written = String(text.text ?? "");
  if (text.type === "mrkdwn") return renderMrkdwn(written, { verbatim: text.verbatim === true });
  return plainLines(text.emoji === false ? written : withEmoji(written));
}

/** @param {Block | string | null | undefined} text */
export function plainString(text) {
  if (!text) return "";
  if (typeof text === "string") return text;
  return text.emoji === false ? String(text.text ?? "") : withEmoji(String(text.text ?? ""));
}

/**
 * @param {string} text
 * @param {{verbatim?: boolean}} [how]  verbatim: bare addresses stay text
 * @returns {Content}
 */
export function renderMrkdwn(text, { verbatim = false } = {}) {
  const parts = text.split("```");
  const unclosed = parts.length % 2 === 0 ? `\`\`\`${parts.pop()}` : "";
  parts[parts.length - 1] += unclosed; // a fence that nobody closed is three backticks
  return parts.map((part, index) => {
    if (index % 2) return h("pre", { class: "code-block", tabindex: 0 }, inCode(part.replace(/^\n|\n$/g, "")));
    const start = index > 0 ? part.replace(/^\n/, "") : part;
    const between = index < parts.length - 1 ? start.replace(/\n$/, "") : start;
    return between ? quotesAndLines(between, verbatim) : null;
  });
}

/**
 * @param {string} text
 * @param {boolean} verbatim
 * @returns {Content}
 */
function quotesAndLines(text, verbatim) {
  const [before, rest] = splitOnce(text, /(?:^|\n)(?:>>>|&gt;&gt;&gt;)/);
  const lines = before.split("\n");
  /** @type {Child[]} */
  const shown = [];
  for (let at = 0; at < lines.length; ) {
    const quoted = quotedRun(lines, at);
    if (quoted.length) shown.push(h("blockquote", null, joinLines(quoted, verbatim)));
    else shown.push(...flat(renderInline(lines[at], verbatim)), ...(at < lines.length - 1 ? [h("br", null)] : []));
    at += quoted.length || 1;
  }
  if (rest !== null) shown.push(h("blockquote", null, joinLines(rest.trimStart().split("\n"), verbatim)));
  return shown;
}

/**
 * @param {string[]} lines
 * @param {number} from
 */
function quotedRun(lines, from) {
  const run = [];
  for (let at = from; at < lines.length && /^(>|&gt;)/.test(lines[at]); at++) run.push(lines[at].replace(/^(>|&gt;) ?/, ""));
  return run;
}

/**
 * @param {string[]} lines
 * @param {boolean} verbatim
 * @returns {Content}
 */
function joinLines(lines, verbatim) {
  return lines.map((line, index) => [index ? h("br", null) : null, renderInline(line, verbatim)]);
}

/**
 * One line. Each style is looked for once per depth, so the work grows with the text and not with its square.
 *
 * @param {string} line
 * @param {boolean} verbatim
 * @param {string} [open]  the styles that are already on
 * @returns {Content}
 */
function renderInline(line, verbatim, open = "") {
  /** @type {Child[]} */
  const shown = [];
  const closed = new Set(open);
  let from = 0;
  INLINE.lastIndex = 0;
  for (let found = INLINE.exec(line); found; found = INLINE.exec(line)) {
    const start = found.index;
    const token = found[0];
    const end = token in STYLES ? styleEnd(line, start, closed) : start + token.length;
    if (end === null) continue;
    shown.push(...flat(unescapeText(line.slice(from, start))));
    if (token in STYLES) {
      const tag = STYLES[/** @type {keyof typeof STYLES} */ (token)];
      shown.push(h(tag, null, renderInline(line.slice(start + 1, end - 1), verbatim, open + token)));
    } else shown.push(...flat(renderToken(token, verbatim)));
    from = INLINE.lastIndex = end;
  }
  shown.push(...flat(unescapeText(line.slice(from))));
  return shown;
}

/**
 * Where the style that opens at `start` has its end, or null: it must hug the words that it marks.
 *
 * @param {string} line
 * @param {number} start
 * @param {Set<string>} closed  styles that cannot open any more; grows when the search finds no end
 */
function styleEnd(line, start, closed) {
  const mark = line[start];
  const opens = !WORD.test(line[start - 1] ?? "") && /\S/.test(line[start + 1] ?? "") && line[start + 1] !== mark;
  if (closed.has(mark) || !opens) return null;
  for (let at = line.indexOf(mark, start + 2); at !== -1; at = line.indexOf(mark, at + 1)) {
    if (/\S/.test(line[at - 1]) && !WORD.test(line[at + 1] ?? "")) return at + 1;
  }
  closed.add(mark);
  return null;
}

/**
 * @param {string} token
 * @param {boolean} verbatim
 * @returns {Content}
 */
function renderToken(token, verbatim) {
  if (token[0] === "<") return renderAngled(token.slice(1, -1));
  if (token[0] === "`") return h("code", null, inCode(token.slice(1, -1)));
  if (token[0] === ":") return emojiNamed(token.slice(1, -1));
  return verbatim ? unescapeText(token) : link(unescapeText(token), unescapeText(token));
}

/** @param {string} text */
function inCode(text) {
  return text.split(/(<[^<>\n]{1,4000}>)/).map((part) => {
    const angled = ANGLED.exec(part);
    return angled ? renderAngled(angled[1]) : unescapeText(part);
  });
}

/**
 * What stands between `<` and `>`.
 *
 * @param {string} inside
 * @returns {Content}
 */
export function renderAngled(inside) {
  const [target, label] = splitOnce(inside, /\|/);
  if (/^@[UW]\w*$/.test(target)) return userMention(target.slice(1));
  if (/^#[CG]\w*$/.test(target)) return channelMention(target.slice(1));
  if (target.startsWith("!subteam^")) return groupMention(target.slice("!subteam^".length));
  if (target.startsWith("!date^")) return renderDate(target.slice("!date^".length), label ?? "");
  if (/^!(channel|here|everyone)$/.test(target)) return broadcast(target.slice(1));
  if (target.startsWith("!")) return unescapeText(label ?? `<${inside}>`);
  if (/^[a-z][a-z0-9+.-]*:/i.test(target)) return link(unescapeText(target), unescapeText(label ?? target));
  return unescapeText(`<${inside}>`);
}

/**
 * @param {string} target  `timestamp^format^link`
 * @param {string} fallback
 */
function renderDate(target, fallback) {
  const [seconds, format, url] = target.split("^");
  if (!/^\d{1,11}$/.test(seconds) || !format) return unescapeText(fallback);
  const at = new Date(Number(seconds) * 1000);
  const time = h("time", { title: fullTime(at) }, slackDate(Number(seconds), unescapeText(format), state.now));
  return url ? link(url, time) : time;
}

/** Slack escapes these three and nothing else. @param {string} text */
export function unescapeText(text) {
  return text.replace(/&(?:lt|gt|amp);/g, (entity) => (entity === "&lt;" ? "<" : entity === "&gt;" ? ">" : "&"));
}

/** @param {string} text @returns {Content} */
export function plainLines(text) {
  return text.split("\n").map((line, index) => [index ? h("br", null) : null, line]);
}

/**
 * @param {string} text
 * @param {RegExp} at
 * @returns {[string, string | null]}
 */
function splitOnce(text, at) {
  const found = at.exec(text);
  return found ? [text.slice(0, found.index), text.slice(found.index + found[0].length)] : [text, null];
}
