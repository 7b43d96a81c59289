"""The Slack app's manifest: the text that api.slack.com takes, and the scopes in it."""

from itertools import dropwhile, takewhile
from pathlib import Path

_HERE = Path(__file__).parent
_PLACES = (_HERE / "manifest.yml", _HERE.parent / "manifest.yml")
"""In an installed package, and in a checkout."""


def manifest_text() -> str:
    """The manifest as YAML, to be pasted as it is."""
    return next(place for place in _PLACES if place.exists()).read_text()


def scopes() -> tuple[str, ...]:
    """What the app asks to be allowed to do, in the manifest's order."""
    from_there = dropwhile(lambda line: line != "bot:", (line.strip() for line in manifest_text().splitlines()))
    next(from_there)
    listed = takewhile(lambda line: line.startswith("- "), from_there)
    return tuple(line.removeprefix("- ").partition(" #")[0] for line in listed)
