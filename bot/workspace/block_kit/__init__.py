"""Slack's rules for Block Kit, checked on raw JSON as apps send it."""

from bot.workspace.block_kit.payloads import (
    TOTAL_TEXT_LIMIT,
    VIEW_SIZE_LIMIT,
    check_message,
    check_view,
    interactive,
    text_in,
)
from bot.workspace.block_kit.rules import Problem

__all__ = ["TOTAL_TEXT_LIMIT", "VIEW_SIZE_LIMIT", "Problem", "check_message", "check_view", "interactive", "text_in"]
