/**
 * "Acting as": every user of the workspace, by kind, so that one sees how the app treats each.
 *
 * @import {User, UserKind} from "./types.js"
 */

import { actAs } from "./go.js";
import { openMenu } from "./menu.js";
import { kindBadge, kindInWords, nameOf } from "./people.js";
import { state } from "./state.js";

/** @type {[string, UserKind[]][]} */
const GROUPS = [
  ["Act as a member", ["member", "admin"]],
  ["Act as someone the app should be wary of", ["guest", "external"]],
  ["Act as an account that cannot click in Slack", ["bot", "deactivated"]],
];

/** @param {Event} event */
export function openUserMenu(event) {
  const items = GROUPS.flatMap(([heading, kinds]) => {
    const users = [...state.users.values()].filter((user) => kinds.includes(user.kind));
    return users.length ? [{ heading }, ...users.map(userItem)] : [];
  });
  openMenu(event, "Act as", items);
}

/** @param {User} user */
export function userItem(user) {
  return {
    label: nameOf(user.id),
    badge: kindBadge(user),
    description: `@${user.name} · ${kindInWords(user)}`,
    checked: user.id === state.me,
    run: () => void actAs(user.id),
  };
}
