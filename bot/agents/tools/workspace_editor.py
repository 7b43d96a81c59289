"""An editor of files below one directory."""

from __future__ import annotations

import threading
from pathlib import Path

from bot.agents.errors import UserError
from bot.agents.tools.apply_diff import apply_diff
from bot.agents.tools.apply_patch import ApplyPatchOperation, ApplyPatchResult
from bot.agents.tools.confined_file import ConfinedFile, confined_file


class WorkspaceEditor:
    """An editor for `ApplyPatchTool` that changes text files below `root`, and nothing else.

    A path with `..`, an absolute one, and one with a symbolic link in it are refused. A change is written beside the
    file and then takes its place, so that a file is at all times as it was or as it is to be: a crash can only leave a
    hidden file that ends in `.patch`. Owner and permissions are kept. Files are UTF-8, and of `most_bytes` at most.
    Directories that a new file needs are made.
    """

    def __init__(self, root: str | Path, *, most_bytes: int = 10_000_000) -> None:
        self._root = Path(root).absolute()
        self._most_bytes = most_bytes
        self._one_at_a_time = threading.Lock()
        if not self._root.is_dir():
            raise UserError(f"{self._root} is no directory. Make it, or give the editor another to work in.")

    def create_file(self, operation: ApplyPatchOperation) -> ApplyPatchResult:
        """Make a file that is not there yet."""
        text = apply_diff("", operation.diff or "", mode="create")
        with self._one_at_a_time, confined_file(self._root, operation.path, make_directories=True) as file:
            file.create(self._encoded(file, text))
        return ApplyPatchResult("completed", f"Created {operation.path}.")

    def update_file(self, operation: ApplyPatchOperation) -> ApplyPatchResult:
        """Change a file, when each hunk of the diff fits."""
        with self._one_at_a_time, confined_file(self._root, operation.path) as file:
            content, before = file.read(most=self._most_bytes)
            changed = apply_diff(_decoded(file, content), operation.diff or "")
            file.replace(self._encoded(file, changed), before=before)
        return ApplyPatchResult("completed", f"Updated {operation.path}.")

    def delete_file(self, operation: ApplyPatchOperation) -> ApplyPatchResult:
        """Delete a file; directories stay."""
        with self._one_at_a_time, confined_file(self._root, operation.path) as file:
            file.delete()
        return ApplyPatchResult("completed", f"Deleted {operation.path}.")

    def _encoded(self, file: ConfinedFile, text: str) -> bytes:
        try:
            content = text.encode()
        except UnicodeEncodeError as error:
            raise file.refused("would hold half of a character") from error
        if len(content) > self._most_bytes:
            raise file.refused(f"would be larger than {self._most_bytes} bytes")
        return content


def _decoded(file: ConfinedFile, content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise file.refused("is no text in UTF-8") from error
