/**
 * The shapes that the control API answers with, and the page's own. Types only: nothing here runs.
 *
 * @typedef {"member" | "admin" | "guest" | "external" | "bot" | "app" | "deactivated"} UserKind
 * @typedef {{id: string, name: string, real_name: string, kind: UserKind, deleted: boolean, is_bot: boolean, team_id: string}} User
 * @typedef {{id: string, handle: string, name: string, users: string[]}} Group
 * @typedef {{id: string, name: string, kind: "public" | "private" | "im", is_member: boolean, is_ext_shared: boolean,
 *   members: string[], topic: string, with: string | null}} Channel
 * @typedef {{id: string, name: string, bot_user_id: string, commands: string[], home_tab: boolean, connections: number}} App
 *
 * Block Kit comes as Slack's raw dictionaries; the renderers read it with care and show what they do not know as such.
 * @typedef {Record<string, any>} Block
 *
 * @typedef {{channel: string, ts: string, thread_ts: string | null, user: string, name: string, bot_id: string | null,
 *   app_id: string | null, text: string, blocks: Block[], ephemeral: boolean, edited: {user: string, ts: string} | null,
 *   reply_count: number, reply_users: string[], latest_reply: string | null, subtype: string | null,
 *   reactions: {name: string, users: string[]}[], files: MessageFile[]}} Message
 * @typedef {{id: string, name: string, size: number, preview: string, is_whole: boolean}} MessageFile
 * @typedef {{app_id: string, text: string, loading_messages: string[], session: string | null}} Status
 * @typedef {{id: string, type: "modal" | "home", title: Block | null, submit: Block | null, close: Block | null,
 *   blocks: Block[], app_id: string, errors?: Record<string, string>, previous_view_id: string | null}} View
 *
 * Where blocks stand, so that a click says where it was made:
 * @typedef {{key: string, channel: string, ts: string, thread_ts: string | null, view?: undefined}} InMessage
 * @typedef {{key: string, view: View, channel?: undefined, ts?: undefined, thread_ts?: undefined}} InView
 * @typedef {InMessage | InView} Place
 *
 * What the page answers to one click:
 * @typedef {{acked: boolean | null, ack_ms: number | null, warning: string | null}} Ack
 *
 * @typedef {{label: string, description?: string, badge?: import("./dom.js").Content, danger?: boolean, checked?: boolean, run: () => void}} MenuItem
 * @typedef {{label: string, items: (MenuItem | {heading: string})[], anchor: HTMLElement}} Menu
 */

export {};
