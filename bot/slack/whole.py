"""What a call would do, whole, as a file in its thread: for what is longer than a modal holds."""

import re

from bot.approvals.request import Request
from bot.slack.blocks import Content, File
from bot.slack.kinds import called, content
from bot.slack.modals import too_long
from bot.slack.text import code


def whole_file(request: Request) -> Content | None:
    """The message with the file, or None where a modal shows all of it."""
    if not too_long(request):
        return None
    ending = "diff" if request.call_kind == "apply_patch" else "txt"
    name = f"{_NOT_IN_A_NAME.sub('_', request.tool)[:60]}-{request.digest[:12]}.{ending}"
    text = f"All that {code(called(request), 200)} would do. SHA-256 {request.digest}"
    return Content([], text, File(name, lambda: content(request).text))


_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9_-]+")
