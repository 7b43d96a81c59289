/**
 * What should be shown, as plain values, laid over what is shown: a virtual DOM of one page.
 *
 * Nodes stay the same nodes when their place, tag and key do, so a redraw never takes focus, scroll or a half-made
 * click away. Text only ever becomes text nodes; nothing here can turn a string into markup.
 *
 * @typedef {{tag: string, props: Record<string, any>, children: Child[]}} VNode
 * @typedef {VNode | string} Child
 * @typedef {Child | number | null | undefined | false | ContentList} Content
 * @typedef {Content[]} ContentList
 */

/** Set as properties, and only when the drawn value changes: what a person typed in between stays. */
const PROPERTIES = new Set(["value", "checked", "selected", "disabled", "inert"]);
const NOT_ATTRIBUTES = new Set(["key", "on", "created", "drawn"]);
const SVG_TAGS = new Set(["svg", "path", "circle", "rect"]);

/** @type {WeakMap<Node, VNode>} */
const shown = new WeakMap();
/** @type {(() => void)[]} */
let afterwards = [];

/**
 * One element. `on` maps event names to handlers, `key` names it among its siblings, `created(node)` is called once
 * when it has appeared, `drawn(node)` after every drawing.
 *
 * @param {string} tag
 * @param {Record<string, any> | null} [props]
 * @param {...Content} children
 * @returns {VNode}
 */
export function h(tag, props, ...children) {
  return { tag, props: props ?? {}, children: flat(children) };
}

/**
 * Make the children of `root` what `content` says.
 *
 * @param {Element} root
 * @param {...Content} content
 */
export function draw(root, ...content) {
  patchChildren(root, flat(content));
  const hooks = afterwards;
  afterwards = [];
  for (const hook of hooks) hook();
}

/**
 * @param {Content} content
 * @returns {Child[]}
 */
export function flat(content) {
  if (content === null || content === undefined || content === false) return [];
  if (Array.isArray(content)) return content.flatMap(flat);
  return [typeof content === "number" ? String(content) : content];
}

/**
 * Find which old nodes live on, drop the others, then put everything in order: a node that stays in place is not moved.
 *
 * @param {Node} parent
 * @param {Child[]} children
 */
function patchChildren(parent, children) {
  const reusable = byName(parent.childNodes);
  const kept = children.map((child) => reusable.get(nameOf(child))?.shift() ?? null);
  for (const leftovers of reusable.values()) for (const node of leftovers) parent.removeChild(node);

  let cursor = parent.firstChild;
  children.forEach((child, index) => {
    const old = kept[index];
    const node = old === null || old === undefined ? create(child) : update(old, child);
    if (node === cursor) cursor = cursor.nextSibling;
    else parent.insertBefore(node, cursor);
  });
}

/**
 * @param {NodeListOf<ChildNode>} nodes
 * @returns {Map<string, ChildNode[]>}
 */
function byName(nodes) {
  /** @type {Map<string, ChildNode[]>} */
  const named = new Map();
  for (const node of nodes) {
    const name = nameOf(shown.get(node) ?? "");
    const same = named.get(name);
    if (same) same.push(node);
    else named.set(name, [node]);
  }
  return named;
}

/** @param {Child} child */
function nameOf(child) {
  return typeof child === "string" ? "text" : `${child.tag} ${child.props.key ?? ""}`;
}

/** @param {Child} child */
function create(child) {
  if (typeof child === "string") return document.createTextNode(child);
  const node = SVG_TAGS.has(child.tag)
    ? document.createElementNS("http://www.w3.org/2000/svg", child.tag)
    : document.createElement(child.tag);
  setProps(node, {}, child.props);
  patchChildren(node, child.children);
  if ("value" in child.props) setProps(node, {}, { value: child.props.value }); // a select needs its options first
  shown.set(node, child);
  if (child.props.created) afterwards.push(() => child.props.created(node));
  if (child.props.drawn) afterwards.push(() => child.props.drawn(node));
  return node;
}

/**
 * @param {ChildNode} node
 * @param {Child} child
 * @returns {ChildNode}
 */
function update(node, child) {
  if (typeof child === "string") {
    if (node.nodeValue !== child) node.nodeValue = child;
    return node;
  }
  const before = shown.get(node);
  if (before === child || before === undefined) return node;
  patchChildren(node, child.children);
  setProps(/** @type {Element} */ (node), before.props, child.props);
  shown.set(node, child);
  if (child.props.drawn) afterwards.push(() => child.props.drawn(node));
  return node;
}

/**
 * @param {Element} node
 * @param {Record<string, any>} before
 * @param {Record<string, any>} props
 */
function setProps(node, before, props) {
  for (const name of Object.keys({ ...before, ...props })) {
    if (before[name] === props[name] || NOT_ATTRIBUTES.has(name)) continue;
    if (PROPERTIES.has(name)) setProperty(node, name, props[name] ?? (name === "value" ? "" : false));
    else setAttribute(node, name, props[name]);
  }
  for (const type of Object.keys(props.on ?? {})) {
    if (!before.on || !(type in before.on)) node.addEventListener(type, dispatch);
  }
}

/**
 * @param {any} node
 * @param {string} name
 * @param {any} value
 */
function setProperty(node, name, value) {
  if (node[name] !== value) node[name] = value; // a half-typed number reads as "" and must not be wiped
}

/**
 * @param {Element} node
 * @param {string} name
 * @param {string | number | boolean | null | undefined} value
 */
function setAttribute(node, name, value) {
  if (name.startsWith("aria-") && typeof value === "boolean") value = String(value);
  if (value === null || value === undefined || value === false) node.removeAttribute(name);
  else node.setAttribute(name, value === true ? "" : String(value));
}

/** @param {Event} event */
function dispatch(event) {
  const node = /** @type {Node} */ (event.currentTarget);
  shown.get(node)?.props.on?.[event.type]?.(event);
}
