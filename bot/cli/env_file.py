"""`.env`: settings put into it, everything else in it kept, and git told to leave it alone."""

import os
import re
from collections.abc import Mapping
from pathlib import Path

_SAFE = re.compile(r"[A-Za-z0-9_@%+=:,./-]*")


def names_in(text: str) -> frozenset[str]:
    """The settings that an env file sets to something."""
    found = (_SETTING.match(line) for line in text.splitlines())
    return frozenset(one["name"] for one in found if one and one["value"].strip())


def with_settings(text: str, settings: Mapping[str, str]) -> str:
    """The text of an env file with `settings` in it: where they stood, or at its end."""
    lines: list[str] = []
    left = dict(settings)
    for line in text.splitlines():
        found = _SETTING.match(line)
        if found is None or found["name"] not in settings:
            lines.append(line)
        elif found["name"] in left:
            lines.append(f"{found['name']}={_quoted(left.pop(found['name']))}")
    lines += [f"{name}={_quoted(value)}" for name, value in left.items()]
    return "\n".join(lines) + "\n"


def write_private(path: Path, text: str) -> None:
    """Put `text` at `path`, whole or not at all, for its owner's eyes only from the first byte on."""
    target = path.resolve()  # a link stays one
    draft = target.with_name(f"{target.name}.new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(target)


def ignored_by_git(gitignore: Path, *names: str) -> list[str]:
    """Make sure that `gitignore` lists `names`; returns those that it did not."""
    text = gitignore.read_text() if gitignore.exists() else ""
    listed = {line.strip().strip("/") for line in text.splitlines()}
    new = [name for name in names if name.strip("/") not in listed]
    if new:
        begin = text if not text or text.endswith("\n") else f"{text}\n"
        gitignore.write_text(begin + "".join(f"{name}\n" for name in new))
    return new


_SETTING = re.compile(r"\s*(?:export\s+)?(?P<name>[A-Za-z_][A-Za-z0-9_]*)\s*=(?P<value>.*)")


def _quoted(value: str) -> str:
    if _SAFE.fullmatch(value):
        return value
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
