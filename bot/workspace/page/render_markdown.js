/**
 * The `markdown` block: headings, lists, quotes, fences, tables and rules. What stands within a line is
 * `render_markdown_inline.js`'s. HTML in it is text.
 *
 * @import {Child, Content} from "./dom.js"
 */

import { h } from "./dom.js";
import { renderMarkdownInline } from "./render_markdown_inline.js";

const FENCE = /^ {0,3}(```+|~~~+)\s*([^`]*)$/;
const HEADING = /^ {0,3}(#{1,6})\s+(.*?)\s*#*\s*$/;
const RULE = /^ {0,3}([-*_])[ \t]*(?:\1[ \t]*){2,}$/;
const QUOTE = /^ {0,3}> ?/;
const ITEM = /^(\s*)([-*+]|\d{1,9}[.)])\s+(.*)$/;
const TABLE_RULE = /^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$/;
const DEEPEST = 8;

/** A block's lines and where in them the reading stands. @typedef {{lines: string[], at: number, depth: number}} Reader */

/**
 * @param {string} text
 * @returns {Content}
 */
export function renderMarkdown(text) {
  return renderLines(text.split("\n"), 0);
}

/**
 * @param {string[]} lines
 * @param {number} depth
 * @returns {Child[]}
 */
function renderLines(lines, depth) {
  const reader = { lines, at: 0, depth };
  /** @type {Child[]} */
  const blocks = [];
  while (reader.at < lines.length) {
    if (lines[reader.at].trim() === "") reader.at++;
    else blocks.push(nextBlock(reader));
  }
  return blocks;
}

/** @param {Reader} reader @returns {Child} */
function nextBlock(reader) {
  const line = reader.lines[reader.at];
  const nests = reader.depth < DEEPEST;
  if (FENCE.test(line)) return fence(reader);
  if (HEADING.test(line)) return heading(reader);
  if (RULE.test(line)) return reader.at++, h("hr", null);
  if (nests && QUOTE.test(line)) return quote(reader);
  if (nests && ITEM.test(line)) return list(reader);
  if (line.includes("|") && TABLE_RULE.test(reader.lines[reader.at + 1] ?? "")) return table(reader);
  return paragraph(reader);
}

/** @param {Reader} reader */
function fence(reader) {
  const mark = FENCE.exec(reader.lines[reader.at++])?.[1] ?? "```";
  const inside = takeWhile(reader, (line) => !(line.trim().startsWith(mark) && /^[`~]+$/.test(line.trim())));
  reader.at++; // the closing fence, or the end
  return h("pre", { class: "code-block", tabindex: 0 }, inside.join("\n"));
}

/** @param {Reader} reader */
function heading(reader) {
  const [, marks, text] = HEADING.exec(reader.lines[reader.at++]) ?? ["", "#", ""];
  const level = marks.length;
  return h("p", { class: `heading heading-${level}`, role: "heading", "aria-level": level + 2 }, renderMarkdownInline(text));
}

/** @param {Reader} reader */
function quote(reader) {
  const inside = takeWhile(reader, (line) => QUOTE.test(line)).map((line) => line.replace(QUOTE, ""));
  return h("blockquote", null, renderLines(inside, reader.depth + 1));
}

/** @param {Reader} reader */
function list(reader) {
  const [, indent, bullet] = ITEM.exec(reader.lines[reader.at]) ?? ["", "", "-"];
  const ordered = /\d/.test(bullet);
  const items = [];
  while (reader.at < reader.lines.length && startsItem(reader.lines[reader.at], indent.length, ordered)) {
    const task = /^\s*\S+\s+\[[ xX]\]\s/.test(reader.lines[reader.at]);
    items.push(h("li", { class: task ? "task" : null }, item(reader, indent.length)));
  }
  return h(ordered ? "ol" : "ul", { start: ordered ? Number.parseInt(bullet) : null }, items);
}

/**
 * One item: its first line, and all that is indented deeper.
 *
 * @param {Reader} reader
 * @param {number} indent
 * @returns {Content}
 */
function item(reader, indent) {
  const first = ITEM.exec(reader.lines[reader.at++])?.[3] ?? "";
  const below = takeWhile(reader, (line) => line.trim() === "" ? false : indentOf(line) > indent);
  skipBlankBeforeItem(reader);
  const box = /^\[([ xX])\]\s+/.exec(first);
  const text = box ? first.slice(box[0].length) : first;
  return [box ? (box[1] === " " ? "☐ " : "☑ ") : null, renderMarkdownInline(text), renderLines(below.map(outdent), reader.depth + 1)];
}

/**
 * @param {string} line
 * @param {number} indent
 * @param {boolean} ordered
 */
function startsItem(line, indent, ordered) {
  const found = ITEM.exec(line);
  return found !== null && !RULE.test(line) && found[1].length >= indent && /\d/.test(found[2]) === ordered;
}

/** A blank line between two items does not end the list. @param {Reader} reader */
function skipBlankBeforeItem(reader) {
  let ahead = reader.at;
  while (ahead < reader.lines.length && reader.lines[ahead].trim() === "") ahead++;
  if (ahead < reader.lines.length && ITEM.test(reader.lines[ahead])) reader.at = ahead;
}

/** @param {Reader} reader */
function table(reader) {
  const head = cells(reader.lines[reader.at]);
  reader.at += 2;
  const rows = takeWhile(reader, (line) => line.includes("|") && line.trim() !== "").map(cells);
  const header = h("tr", null, head.map((cell) => h("th", { scope: "col" }, renderMarkdownInline(cell))));
  const body = rows.map((row) => h("tr", null, head.map((_, index) => h("td", null, renderMarkdownInline(row[index] ?? "")))));
  return h("div", { class: "table-scroll", tabindex: 0 }, h("table", null, h("thead", null, header), h("tbody", null, body)));
}

/** @param {string} line */
function cells(line) {
  const inside = line.trim().replace(/^\|/, "").replace(/\|$/, "");
  return inside.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll("\\|", "|"));
}

/** @param {Reader} reader */
function paragraph(reader) {
  const first = reader.lines[reader.at++];
  const rest = takeWhile(reader, (line) => line.trim() !== "" && !startsBlock(line));
  const lines = [first, ...rest];
  return h("p", null, lines.map((line, index) => [index ? h("br", null) : null, renderMarkdownInline(line.trim())]));
}

/** @param {string} line */
function startsBlock(line) {
  return [FENCE, HEADING, RULE, QUOTE, ITEM].some((start) => start.test(line));
}

/**
 * @param {Reader} reader
 * @param {(line: string) => boolean} wanted
 */
function takeWhile(reader, wanted) {
  const from = reader.at;
  while (reader.at < reader.lines.length && wanted(reader.lines[reader.at])) reader.at++;
  return reader.lines.slice(from, reader.at);
}

/** @param {string} line */
function indentOf(line) {
  return line.length - line.trimStart().length;
}

/** @param {string} line */
function outdent(line) {
  return line.replace(/^(?: {1,4}|\t)/, "");
}
