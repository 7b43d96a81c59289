"""Modals, in a stack for each user, and Home tabs."""

import secrets
from collections.abc import Callable

from bot.workspace.changes import Changes
from bot.workspace.model import App, View
from bot.workspace.stamps import new_id
from bot.workspace.wire import JsonObject

STACK_LIMIT = 3
"""Views in one modal, Slack's limit."""


class Views:
    """What is open before whom, and what was published to whose Home."""

    def __init__(self, *, changes: Changes, clock: Callable[[], float]) -> None:
        self._changes = changes
        self._clock = clock
        self._views: dict[str, View] = {}
        self._open: dict[str, list[str]] = {}
        self._homes: dict[tuple[str, str], str] = {}

    def get(self, id: str) -> View | None:
        return self._views.get(id)

    def with_external_id(self, app: App, external_id: str) -> View | None:
        """The open view or Home that the app gave this name."""
        found = (view for view in self._views.values() if view.app_id == app.id)
        return next((view for view in found if external_id and view.content.get("external_id") == external_id), None)

    def open_for(self, user: str) -> list[View]:
        """The user's open modals, topmost first."""
        return [self._views[id] for id in reversed(self._open.get(user, []))]

    def home(self, app: App, user: str) -> View | None:
        id = self._homes.get((app.id, user))
        return self._views[id] if id else None

    def stack_of(self, view: View) -> list[View]:
        """The views of the same modal, topmost first."""
        return [one for one in self.open_for(view.user) if one.root_id == view.root_id]

    def open(self, app: App, user: str, content: JsonObject, *, on: View | None = None) -> View:
        """A new modal, or a view pushed upon the view `on`."""
        id = new_id("V")
        view = View(
            id=id,
            app_id=app.id,
            user=user,
            content=content,
            hash=self._hash(),
            root_id=on.root_id if on else id,
            previous_id=on.id if on else None,
        )
        self._open.setdefault(user, []).append(id)
        return self._keep(view)

    def update(self, view: View, content: JsonObject) -> View:
        """Show `content` in place of what the view showed; its inputs start anew unless their block_id stays."""
        kept = {block.get("block_id") for block in content.get("blocks", [])}
        state = {id: values for id, values in view.state.items() if id in kept}
        return self._keep(view.but(content=content, hash=self._hash(), errors={}, state=state))

    def fill(self, view: View, *, state: JsonObject, errors: dict[str, str] | None = None) -> View:
        """Note what the user has typed, and the errors that stand beside it."""
        return self._keep(view.but(state=state, errors=errors or {}))

    def publish(self, app: App, user: str, content: JsonObject) -> View:
        """Show `content` as the user's Home tab of the app."""
        known = self.home(app, user)
        if known:
            return self.update(known, content)
        id = new_id("V")
        self._homes[app.id, user] = id
        return self._keep(View(id=id, app_id=app.id, user=user, content=content, hash=self._hash(), root_id=id))

    def close(self, *views: View) -> None:
        for view in views:
            self._views.pop(view.id, None)
            stack = self._open.get(view.user, [])
            if view.id in stack:
                stack.remove(view.id)
            self._changes.tell("views", user=view.user)

    def clear(self) -> None:
        self._views.clear()
        self._open.clear()
        self._homes.clear()

    def _keep(self, view: View) -> View:
        self._views[view.id] = view
        if view.is_home:
            self._changes.tell("home", user=view.user, app_id=view.app_id)
        else:
            self._changes.tell("views", user=view.user)
        return view

    def _hash(self) -> str:
        return f"{int(self._clock())}.{secrets.token_hex(4)}"
