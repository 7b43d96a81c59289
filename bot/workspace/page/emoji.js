/** The emoji short names that bots use most; any other name is shown as it was written, between its colons. */

const EMOJI = new Map(
  Object.entries({
    "+1": "👍", "-1": "👎", thumbsup: "👍", thumbsdown: "👎", ok_hand: "👌", clap: "👏", wave: "👋", raised_hands: "🙌",
    pray: "🙏", muscle: "💪", eyes: "👀", point_right: "👉", point_left: "👈", point_up: "☝️", point_down: "👇",
    white_check_mark: "✅", heavy_check_mark: "✔️", ballot_box_with_check: "☑️", x: "❌", no_entry: "⛔",
    no_entry_sign: "🚫", warning: "⚠️", rotating_light: "🚨", exclamation: "❗", question: "❓", bangbang: "‼️",
    information_source: "ℹ️", octagonal_sign: "🛑", lock: "🔒", unlock: "🔓", key: "🔑", shield: "🛡️",
    red_circle: "🔴", large_yellow_circle: "🟡", large_green_circle: "🟢", large_blue_circle: "🔵", white_circle: "⚪",
    black_circle: "⚫", large_orange_circle: "🟠", hourglass: "⌛", hourglass_flowing_sand: "⏳", stopwatch: "⏱️",
    alarm_clock: "⏰", clock1: "🕐", calendar: "📆", date: "📅", robot_face: "🤖", gear: "⚙️", wrench: "🔧",
    hammer: "🔨", hammer_and_wrench: "🛠️", bulb: "💡", mag: "🔍", memo: "📝", pencil2: "✏️", clipboard: "📋",
    link: "🔗", paperclip: "📎", package: "📦", inbox_tray: "📥", outbox_tray: "📤", email: "✉️", speech_balloon: "💬",
    thought_balloon: "💭", loudspeaker: "📢", bell: "🔔", chart_with_upwards_trend: "📈", bar_chart: "📊",
    computer: "💻", floppy_disk: "💾", rocket: "🚀", fire: "🔥", boom: "💥", zap: "⚡", star: "⭐", sparkles: "✨",
    tada: "🎉", trophy: "🏆", heart: "❤️", green_heart: "💚", smile: "😄", slightly_smiling_face: "🙂",
    thinking_face: "🤔", sweat_smile: "😅", sob: "😭", confused: "😕", bug: "🐛", snail: "🐌", arrow_right: "➡️",
    arrow_left: "⬅️", arrow_up: "⬆️", arrow_down: "⬇️", arrows_counterclockwise: "🔄", repeat: "🔁",
    leftwards_arrow_with_hook: "↩️", new: "🆕", sos: "🆘", moneybag: "💰", credit_card: "💳", wastebasket: "🗑️",
  }),
);

const SHORT_NAME = /:([a-z0-9_+-]{1,40}):/g;

/** The text with the short names that are known turned into emoji. @param {string} text */
export function withEmoji(text) {
  return text.replace(SHORT_NAME, (written, name) => EMOJI.get(name) ?? written);
}

/** @param {string} name */
export function emojiNamed(name) {
  return EMOJI.get(name) ?? `:${name}:`;
}
