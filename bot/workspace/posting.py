"""Write, edit and delete messages, so that readers see it and apps hear of it."""

from bot.workspace import events
from bot.workspace.delivery import Delivery
from bot.workspace.model import Message
from bot.workspace.state import State


class Posting:
    """The one way by which messages come, change and go."""

    def __init__(self, state: State, delivery: Delivery) -> None:
        self._state = state
        self._delivery = delivery

    def post(self, message: Message) -> None:
        """Put it into its channel; an app's reply ends the status line under its thread."""
        self._state.messages.add(message)
        if message.app_id and not message.only_for:
            self._end_status(message)
        for told in events.of_post(message, self._state):
            self._delivery.event(told.app, told.payload)

    def edit(self, before: Message, after: Message) -> None:
        self._state.messages.replace(after)
        for told in events.of_change(before, after, self._state):
            self._delivery.event(told.app, told.payload)

    def delete(self, message: Message) -> None:
        self._state.messages.delete(message)
        for told in events.of_change(message, None, self._state):
            self._delivery.event(told.app, told.payload)

    def _end_status(self, message: Message) -> None:
        status = self._state.statuses.get((message.channel, message.root_ts))
        if status and status.app_id == message.app_id:
            kept = status.but(text="", loading_messages=()) if status.session else None
            self._state.set_status(message.channel, message.root_ts, kept)
