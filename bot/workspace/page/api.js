/** The control API as the page uses it: the token, one call, one error class. */

/** The server said no; the message is for the person who reads the page. */
export class Refused extends Error {
  /**
   * @param {string} message
   * @param {number} status
   */
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

/** From the page's own address, where it stays: the server asks for it again on reload. */
export const token = new URLSearchParams(location.search).get("token") ?? "";

/**
 * @param {string} path
 * @returns {Promise<any>}
 */
export function get(path) {
  return request("GET", path);
}

/**
 * @param {string} path
 * @param {Record<string, any>} body
 * @returns {Promise<any>}
 */
export function post(path, body) {
  return request("POST", path, body);
}

/**
 * A path with its parts made safe: `path("threads", channel, ts)`.
 *
 * @param {...string} parts
 */
export function path(...parts) {
  return parts.map(encodeURIComponent).join("/");
}

/**
 * @param {"GET" | "POST"} method
 * @param {string} path
 * @param {Record<string, any>} [body]
 */
async function request(method, path, body) {
  const answer = await send(method, path, body);
  const said = await answer.json().catch(() => ({}));
  if (answer.ok) return said;
  throw new Refused(said.message ?? said.error ?? `The workspace answered ${answer.status}.`, answer.status);
}

/**
 * @param {"GET" | "POST"} method
 * @param {string} path
 * @param {Record<string, any>} [body]
 */
async function send(method, path, body) {
  /** @type {Record<string, string>} */
  const headers = { Authorization: `Bearer ${token}` };
  if (body) headers["Content-Type"] = "application/json";
  try {
    return await fetch(`/control/${path}`, { method, headers, body: body && JSON.stringify(body) });
  } catch {
    throw new Refused("The workspace does not answer. Is it still running?", 0);
  }
}
