/** Times in the reader's own zone, and Slack's `<!date^…>` formats. */

const MINUTE = 60_000;
const DAY = 86_400_000;

const clock = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" });
const clockWithSeconds = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit", second: "2-digit" });
const weekday = new Intl.DateTimeFormat("en", { weekday: "long" });
const month = new Intl.DateTimeFormat("en", { month: "long" });
const shortMonth = new Intl.DateTimeFormat("en", { month: "short" });

/** The moment that a message's ts names. @param {string} ts */
export function momentOf(ts) {
  return new Date(Number(ts) * 1000);
}

/** @param {Date} at */
export function timeOf(at) {
  return clock.format(at);
}

/** The same where there is little room: without AM or PM. @param {Date} at */
export function shortTimeOf(at) {
  const parts = clock.formatToParts(at).filter((part) => part.type !== "dayPeriod");
  return parts.map((part) => part.value).join("").trim();
}

/** "Tuesday, February 18th, 2014 at 6:39:42 AM". @param {Date} at */
export function fullTime(at) {
  return `${longDate(at)} at ${clockWithSeconds.format(at)}`;
}

/**
 * "just now", "5 minutes ago", "in 3 hours"; days from two days on.
 *
 * @param {Date} at
 * @param {number} now
 */
export function ago(at, now) {
  const span = Math.abs(now - at.getTime());
  if (span < MINUTE) return "just now";
  const [count, unit] =
    span < 60 * MINUTE ? [span / MINUTE, "minute"] : span < 2 * DAY ? [span / (60 * MINUTE), "hour"] : [span / DAY, "day"];
  const words = `${Math.floor(count)} ${unit}${Math.floor(count) === 1 ? "" : "s"}`;
  return at.getTime() > now ? `in ${words}` : `${words} ago`;
}

/** "Today", "Yesterday", or the date: what stands between the days of a channel. */
export const dayName = /** @type {(at: Date, now: number) => string} */ (at, now) => {
  const name = relativeDay(at, now);
  return name ? name[0].toUpperCase() + name.slice(1) : `${weekday.format(at)}, ${month.format(at)} ${ordinal(at)}`;
};

/**
 * Slack's date format with its tokens filled in; a token that is not known stays as it is.
 *
 * @param {number} seconds
 * @param {string} format
 * @param {number} now
 */
export function slackDate(seconds, format, now) {
  const at = new Date(seconds * 1000);
  return format.replace(/\{(\w+)\}/g, (token, name) => DATE_TOKENS[name]?.(at, now) ?? token);
}

/** @type {Record<string, (at: Date, now: number) => string>} */
const DATE_TOKENS = {
  date_num: (at) => `${at.getFullYear()}-${twoDigits(at.getMonth() + 1)}-${twoDigits(at.getDate())}`,
  date_slash: (at) => `${twoDigits(at.getMonth() + 1)}/${twoDigits(at.getDate())}/${at.getFullYear()}`,
  date: (at) => `${month.format(at)} ${ordinal(at)}, ${at.getFullYear()}`,
  date_short: (at) => `${shortMonth.format(at)} ${at.getDate()}, ${at.getFullYear()}`,
  date_long: (at) => longDate(at),
  date_pretty: (at, now) => relativeDay(at, now) ?? DATE_TOKENS.date(at, now),
  date_short_pretty: (at, now) => relativeDay(at, now) ?? DATE_TOKENS.date_short(at, now),
  date_long_pretty: (at, now) => relativeDay(at, now) ?? longDate(at),
  time: (at) => clock.format(at),
  time_secs: (at) => clockWithSeconds.format(at),
  ago: (at, now) => ago(at, now),
};

/** @param {Date} at */
function longDate(at) {
  return `${weekday.format(at)}, ${month.format(at)} ${ordinal(at)}, ${at.getFullYear()}`;
}

/**
 * @param {Date} at
 * @param {number} now
 */
function relativeDay(at, now) {
  const days = Math.round((midnight(at) - midnight(new Date(now))) / DAY);
  return { "-1": "yesterday", 0: "today", 1: "tomorrow" }[days];
}

/** @param {Date} at */
function midnight(at) {
  return new Date(at.getFullYear(), at.getMonth(), at.getDate()).getTime();
}

/** @param {Date} at */
function ordinal(at) {
  const day = at.getDate();
  const teen = day > 10 && day < 14;
  return `${day}${teen ? "th" : ({ 1: "st", 2: "nd", 3: "rd" }[day % 10] ?? "th")}`;
}

/** @param {number} number */
function twoDigits(number) {
  return String(number).padStart(2, "0");
}
