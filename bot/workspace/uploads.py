"""Files on their way: a place was asked for, then the content came, and then the file is shared."""

import secrets
from dataclasses import dataclass, replace

from bot.workspace.model import App, File
from bot.workspace.stamps import new_id


@dataclass(frozen=True)
class Upload:
    """A place for a file of `length` bytes; `file` is there once they came."""

    app_id: str
    file_id: str
    name: str
    length: int
    file: File | None = None


class Uploads:
    """The places that were given out, by the secret part of their address."""

    def __init__(self) -> None:
        self._uploads: dict[str, Upload] = {}

    def begin(self, app: App, name: str, *, length: int) -> tuple[str, Upload]:
        """A place for a file, and the secret that leads there."""
        secret = secrets.token_urlsafe(24)
        self._uploads[secret] = upload = Upload(app.id, new_id("F"), name, length)
        return secret, upload

    def receive(self, secret: str, content: bytes) -> bool:
        """Keep what was sent to a place; false where there is none, or for another length than was announced."""
        upload = self._uploads.get(secret)
        if upload is None or len(content) != upload.length:
            return False
        file = File(id=upload.file_id, name=upload.name, content=content)
        self._uploads[secret] = replace(upload, file=file)
        return True

    def find(self, file_id: str, app: App) -> File | None:
        """The file, once it came; only for the app that sent it."""
        found = (upload.file for upload in self._uploads.values() if upload.app_id == app.id)
        return next((file for file in found if file and file.id == file_id), None)

    def end(self, file_id: str) -> None:
        """The file is where it was to go."""
        self._uploads = {secret: upload for secret, upload in self._uploads.items() if upload.file_id != file_id}

    def clear(self) -> None:
        self._uploads.clear()
