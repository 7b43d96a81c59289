"""A file below a directory: no path and no symbolic link leads out of it, and a change to the file is whole or is not.

Directories are opened one after the other, each from the one above and none through a symbolic link, and all that is
done to the file is done in the last. So a link that comes in between leads nowhere either.
"""

from __future__ import annotations

import errno
import os
import secrets
import stat
from collections.abc import Generator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bot.agents.errors import PatchRefused

_MOST_LEVELS = 64
_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_CERTAIN = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.EOPNOTSUPP)


@dataclass(frozen=True)
class ConfinedFile:
    """One name in a directory that is open; `path` is how people call it."""

    path: str
    name: str
    directory: int

    def status(self) -> os.stat_result | None:
        """What stands there, itself and not what it links to; None when there is nothing."""
        try:
            return os.stat(self.name, dir_fd=self.directory, follow_symlinks=False)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._refused_for(error) from error

    def read(self, *, most: int) -> tuple[bytes, os.stat_result]:
        """What the file holds, and its status at that time."""
        self._must_be_a_file(self.status())
        try:
            with open(self.name, "rb", opener=self._opened) as file:
                status = os.fstat(file.fileno())
                self._must_be_a_file(status)
                content = file.read(most + 1)
        except OSError as error:
            raise self._refused_for(error) from error
        if len(content) > most:
            raise self.refused(f"is larger than {most} bytes")
        return content, status

    def create(self, content: bytes) -> None:
        """Make the file, which must not be there."""
        if self.status():
            raise self.refused("exists already. Update it, or delete it first")
        with self._beside(content) as made:
            try:
                os.link(made, self.name, src_dir_fd=self.directory, dst_dir_fd=self.directory, follow_symlinks=False)
            except FileExistsError as error:
                raise self.refused("exists already. Update it, or delete it first") from error
            except OSError as error:
                raise self._refused_if_certain(error) from error
        os.fsync(self.directory)

    def replace(self, content: bytes, *, before: os.stat_result) -> None:
        """Give the file, which must be as it was `before`, another content and the same owner and permissions."""
        with self._beside(content, like=before) as made:
            now = self.status()
            if now is None or _version(now) != _version(before):
                raise self.refused("has been changed by somebody else meanwhile. Read it again")
            try:
                os.rename(made, self.name, src_dir_fd=self.directory, dst_dir_fd=self.directory)
            except OSError as error:
                raise self._refused_if_certain(error) from error
        os.fsync(self.directory)

    def delete(self) -> None:
        self._must_be_a_file(self.status())
        try:
            os.unlink(self.name, dir_fd=self.directory)
        except OSError as error:
            raise self._refused_if_certain(error) from error
        os.fsync(self.directory)

    def refused(self, reason: str) -> PatchRefused:
        return _refused(self.path, reason)

    def _opened(self, name: str, _: int) -> int:
        return os.open(name, _FILE, dir_fd=self.directory)

    @contextmanager
    def _beside(self, content: bytes, *, like: os.stat_result | None = None) -> Generator[str]:
        """The name of a new file in the same directory that holds the content, and is gone afterwards."""
        name = f".{secrets.token_hex(8)}.patch"
        try:
            self._write(name, content, like)
            yield name
        finally:
            with suppress(FileNotFoundError):
                os.unlink(name, dir_fd=self.directory)

    def _write(self, name: str, content: bytes, like: os.stat_result | None) -> None:
        try:
            number = os.open(name, _NEW_FILE, 0o600 if like else 0o666, dir_fd=self.directory)
            with open(number, "wb") as file:
                file.write(content)
                file.flush()
                if like:
                    _make_like(number, like)
                os.fsync(number)
        except OSError as error:
            raise self._refused_for(error) from error

    def _must_be_a_file(self, status: os.stat_result | None) -> None:
        if status is None:
            raise self.refused("does not exist")
        if not stat.S_ISREG(status.st_mode):
            raise self.refused("is no regular file: a directory, a link or a device is left alone")

    def _refused_for(self, error: OSError) -> PatchRefused:
        return _refused_for(self.path, error)

    def _refused_if_certain(self, error: OSError) -> Exception:
        """What is forbidden, or has no room, has not happened; of any other failure that is not known."""
        return self._refused_for(error) if error.errno in _CERTAIN else error


@contextmanager
def confined_file(root: Path, path: str, *, make_directories: bool = False) -> Generator[ConfinedFile]:
    """The file at `path` below `root`, whether it is there or not. Raises `PatchRefused` for what is not below it.

    Directories that were made for it are removed again when the body raises `PatchRefused`.
    """
    *directories, name = _parts(path)
    with ExitStack() as opened:
        try:
            at = _open_directory(opened, root)
            for directory in directories:
                at = _open_directory(opened, directory, within=at, make=make_directories)
        except OSError as error:
            raise _refused_for(path, error) from error
        yield ConfinedFile(path, name, at)


def _parts(path: str) -> list[str]:
    """The directories and the name that a path below a root is made of."""
    parts = [part for part in path.split("/") if part not in ("", ".")]
    if path.startswith("/") or ".." in parts:
        raise _refused(path, "is outside. Give a path below the directory of the files, without ..")
    if not path.isprintable():
        raise _refused(path, "holds characters that cannot be seen")
    if not parts or path.endswith(("/", "/.")):
        raise _refused(path, "is the path of a directory")
    if len(parts) > _MOST_LEVELS:
        raise _refused(path, f"has more than {_MOST_LEVELS} levels")
    return parts


def _open_directory(opened: ExitStack, name: str | Path, *, within: int | None = None, make: bool = False) -> int:
    """The root may be a link, as the operator chose it; below it none is followed."""
    if make and within is not None:
        _make_directory(opened, name, within)
    number = os.open(name, _DIRECTORY if within is None else _DIRECTORY | os.O_NOFOLLOW, dir_fd=within)
    opened.callback(os.close, number)
    return number


def _make_directory(opened: ExitStack, name: str | Path, within: int) -> None:
    with suppress(FileExistsError):
        os.mkdir(name, dir_fd=within)
        opened.push(partial(_remove_when_refused, name, within))
        os.fsync(within)


def _remove_when_refused(name: str | Path, within: int, raised: type[BaseException] | None, *_: object) -> None:
    if raised is not None and issubclass(raised, PatchRefused):
        with suppress(OSError):  # somebody else has put something there
            os.rmdir(name, dir_fd=within)


def _make_like(number: int, like: os.stat_result) -> None:
    own = os.fstat(number)
    if (own.st_uid, own.st_gid) != (like.st_uid, like.st_gid):
        os.fchown(number, like.st_uid, like.st_gid)
    os.fchmod(number, stat.S_IMODE(like.st_mode))


def _version(status: os.stat_result) -> tuple[int, ...]:
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_mode


def _refused_for(path: str, error: OSError) -> PatchRefused:
    if isinstance(error, FileNotFoundError):
        return _refused(path, "does not exist")
    if error.errno in (errno.ELOOP, errno.ENOTDIR):
        return _refused(path, "is behind a symbolic link, and links are not followed, or behind a file")
    return _refused(path, f"cannot be changed: {os.strerror(error.errno or errno.EIO)}")


def _refused(path: str, reason: str) -> PatchRefused:
    return PatchRefused(f"{path[:200]!r} {reason}. Nothing was changed.")
