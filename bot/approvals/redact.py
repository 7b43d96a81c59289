"""Take secrets out of what people are shown, and leave a mark where each was."""

import re
from collections.abc import Mapping, Sequence

from pydantic import JsonValue

_MARK = re.compile(r"\[redacted, \d+ characters\]")


def without_secrets(value: JsonValue) -> JsonValue:
    """The value with what stands under a telling key ("password", "api_key") replaced by a mark.

    A mark tells the length of what it stands for. Keys and the shape stay, so that nothing can hide behind a telling
    name but one text or number at a time.
    """
    if isinstance(value, Mapping):
        return {key: _hidden(item) if _is_telling(key) else without_secrets(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [without_secrets(item) for item in value]
    return value


def without_tokens(text: str) -> str:
    """The text with what looks like a token, a private key or a password in a URL replaced by a mark."""
    return _TOKENS.sub(lambda found: mark(found[0]), text)


def marks_in(text: str) -> int:
    """How many marks the text has."""
    return len(_MARK.findall(text))


def mark(secret: str) -> str:
    """What stands where `secret` was."""
    return f"[redacted, {len(secret)} characters]"


_TELLING = {
    *("password", "passwd", "pwd", "passphrase", "passcode", "secret", "token", "credential", "credentials"),
    *("apikey", "authorization", "auth", "bearer", "cookie", "pin", "otp", "privatekey", "secretkey", "accesskey"),
}
_TELLING_ENDS = {("api", "key"), ("private", "key"), ("secret", "key"), ("access", "key"), ("signing", "key")}

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")

# What is hidden must be nothing that a shell or a diff could act on: people approve what they see. So a pattern takes
# no white space, quotes or signs of a shell, and of a private key only what is as long as a line of one.
# Every repetition has an end, or eats what it could be tried on again: a hostile text must not cost quadratic time.
_TOKENS = re.compile(
    r"""
    \b xox[a-z]-[A-Za-z0-9-]{10,}                                     # Slack
    | \b xapp-[A-Za-z0-9-]{10,}
    | \b sk-[A-Za-z0-9_-]{20,}                                        # OpenAI and others
    | \b gh[a-z]_[A-Za-z0-9]{20,} | \b github_pat_[A-Za-z0-9_]{20,}   # GitHub
    | \b glpat-[A-Za-z0-9_-]{20,}
    | \b (?:AKIA|ASIA)[A-Z0-9]{16} \b                                 # AWS
    | \b AIza[A-Za-z0-9_-]{30,}                                       # Google
    | \b eyJ[A-Za-z0-9_-]{8,1000}\.[A-Za-z0-9_-]{8,4000}\.[\w-]*      # JWT
    | (?<=Bearer\ )[A-Za-z0-9._~+/-]{12,}=*
    | (?<=://)[A-Za-z0-9._~%-]{0,80}:[A-Za-z0-9._~%=+,-]{1,200}(?=@)  # user:password in a URL
    | -----BEGIN\ [A-Z\ ]{0,30}PRIVATE\ KEY-----                      # and the whole lines of a key, in a diff too
      (?:(?:\\n|\r?\n)[ +-]?[A-Za-z0-9+/]{64}(?=\\n|\s|"|$)){1,400}
    """,
    re.VERBOSE,
)


def _is_telling(key: str) -> bool:
    """Whether a key's last words name a secret itself: "db_password", "apiKey"; not "token_count" or "secret_name"."""
    words = [word.lower() for word in _WORDS.findall(key)]
    return bool(words) and (words[-1] in _TELLING or tuple(words[-2:]) in _TELLING_ENDS)


def _hidden(value: JsonValue) -> JsonValue:
    match value:
        case None | bool() | "":
            return value
        case str() | int() | float():
            return mark(str(value))
        case Mapping():
            return {key: _hidden(item) for key, item in value.items()}
        case _:
            return [_hidden(item) for item in value]
