"""Read what people ask of the demo's tools, in the words that they would use."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

ToolName = Literal["list_services", "restart_service", "scale_service", "rotate_secret"]


@dataclass(frozen=True)
class Wish:
    """One call that a message asks for. The wishes of one step go together; "then" begins the next step."""

    tool: ToolName
    service: str = ""
    replicas: int | None = None
    step: int = 0


@dataclass(frozen=True)
class Unclear:
    """A part of a message that no rule understands, as it was written."""

    words: str


def read_wishes(text: str) -> list[Wish | Unclear]:
    """What a message asks for, in its order, each thing once per step."""
    found: dict[Wish | Unclear, None] = {}
    last: Wish | Unclear | None = None
    at = step = 0
    while at < len(text):
        if filler := _FILLER.match(text, at):
            step += 1 if filler["next"] and isinstance(last, Wish) else 0
            at = filler.end()
        elif asked := _asked(text, at, after=last):
            tool, words = asked
            for last in _wishes(tool, words, step=step):
                found[last] = None
            at = words.end()
        elif introduction := _INTRODUCTION.match(text, at):
            at = introduction.end()
        elif clause := _CLAUSE.match(text, at):
            last = Unclear(clause[0].strip("()[]*_~`\"'"))
            found[last] = None
            at = clause.end()
    return list(found)


def _asked(text: str, at: int, *, after: Wish | Unclear | None) -> tuple[ToolName, re.Match[str]] | None:
    for tool, command in _COMMANDS:
        if words := command.match(text, at):
            return tool, words
    if isinstance(after, Wish) and after.replicas is not None and (words := _SCALED_TOO.match(text, at)):
        return "scale_service", words
    return None


def _wishes(tool: ToolName, words: re.Match[str], *, step: int) -> Iterator[Wish]:
    groups = words.groupdict()
    number, names = groups.get("number"), groups.get("names")
    if not names:
        yield Wish(tool, step=step)
        return
    for name in _A_NAME.finditer(names):
        yield Wish(tool, _plain(name["name"]), _number(number) if number else None, step)


def _plain(name: str) -> str:
    """A quoted name as it stands between the quotes, any other in lower case and without emphasis."""
    return name[1:-1] if name[0] in _QUOTES else name.strip("*_~").lower()


def _number(words: str) -> int:
    folded = words.casefold()  # "ſix" is matched as well
    return _NUMBERS.index(folded) if folded in _NUMBERS else int(words)


_QUOTES = "\"“`'‘"
_NUMBERS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")

# Words that never name a service, so that a list of names ends where the next request begins.
_NO_NAMES = (
    "and|or|then|also|plus|the|a|it|its|this|that|them|all of|of|for|to|at|up|down|by|on|in|me|us|you|we|i|not|no"
    "|please|pls|thanks|thank|well|now|again|because|since|as|so|if|when|after|before|service|services|secrets?|replicas?"
    "|can|could|would|will|should|do|don|what|whats|which|how|is|are|show|list|get|give|tell|status"
    "|restart|reboot|bounce|scale|resize|set|grow|shrink|rotate|renew|roll|change"
)
_BARE_NAME = rf"(?<![\w-])[*~]*(?!(?:{_NO_NAMES})(?![\w-]))\w(?:[\w.-]*\w)?[*~]*"
_NAME = rf"""(?:"[^"]+"|“[^“”]+”|`[^`]+`|'[^'\n]+'|‘[^‘’\n]+’|{_BARE_NAME})"""
_THE = r"(?:the\s+)?(?:services?\s+)?"
_TOO = r"(?:\s*(?:[,+]|&amp;|&(?!amp;))\s*(?:and\s+)?|\s+(?:and|plus|as\s+well\s+as)\s+)"
_NAMES = rf"(?P<names>{_THE}{_NAME}(?:{_TOO}{_THE}{_NAME})*)(?:\s+services?\b)?"
_A_NAME = re.compile(rf"(?:{_TOO})?{_THE}(?P<name>{_NAME})", re.IGNORECASE)

# What may follow a request, so that "restart web-1 tomorrow" is not taken for "restart web-1".
_END = (
    r"(?=[^\S\n]*(?:$|\n|[^\w\s\"“`'’*~-]|[*~]+(?!\w)|[-–]+\s"
    r"|(?:and|then|also|please|pls|now|again|right|immediately|asap|because|since|as|so|for me|thanks|thank)\b))"
)
_REPLICAS = (
    rf"\s+(?:up\s+|down\s+)?(?:to\s+)?(?P<number>-?\d{{1,9}}(?!\w|[.,]\d)|(?:{'|'.join(_NUMBERS)})\b)"
    r"(?:\s*(?:replicas?|instances?|copies|pods?)\b)?"
)
_ABOUT = r"(?:\s+(?:now|right now|currently|at the moment|there|here|up|in the fleet|on \S*\w|of \S*\w))*"


def _command(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern + _END, re.IGNORECASE)


_SCALED_TOO = _command(_NAMES + _REPLICAS)
_COMMANDS: tuple[tuple[ToolName, re.Pattern[str]], ...] = (
    ("restart_service", _command(rf"(?:restart|reboot|bounce)\s+{_NAMES}")),
    ("scale_service", _command(rf"(?:scale|resize|set|grow|shrink)\s+(?:up\s+|down\s+)?{_NAMES}{_REPLICAS}")),
    ("rotate_secret", _command(rf"(?:rotate|renew|roll|change)\s+(?:the\s+)?secrets?\s+(?:(?:of|for|on)\s+)?{_NAMES}")),
    ("rotate_secret", _command(rf"(?:rotate|renew|roll|change)\s+{_NAMES}(?:['’]s?)?\s+secrets?")),
    (
        "list_services",
        _command(
            rf"(?:what(?:['’]?s|\s+is|\s+are|\s+services\s+are)\s+(?:currently\s+|still\s+)?(?:running|up|deployed)"
            r"|(?:what|which)\s+services(?:\s+are\s+(?:there|running|up)|\s+do\s+we\s+(?:have|run)|\s+exist)?"
            r"|(?:list|show|get|give\s+me|tell\s+me)\s+(?:me\s+)?(?:(?:all|the|our|running)\s+)*"
            r"(?:services|fleet|status|everything)"
            r"|(?:what(?:['’]?s|\s+is)\s+)?(?:the\s+)?(?:current\s+)?status"
            r"|how(?:['’]?s|\s+is|\s+are)\s+(?:the\s+|our\s+)?(?:fleet|services|everything)(?:\s+doing)?"
            rf"|is\s+(?:the\s+)?{_NAME}\s+(?:up|running|ok|okay|down|healthy)"
            rf"|services|list|ls){_ABOUT}"
        ),
    ),
)

# What asks for nothing: politeness, mentions, the word between two requests, a reason, marks.
_FILLER = re.compile(
    r"""
    \s+
    | <[@!#][^<>]*> | &amp; | @\w[\w.-]* | :[\w+-]+:
    | (?P<next> (?:and\s+)? (?:then|after\s+that|afterwards|finally) \b )
    | \d+[.)] (?=\s)
    | as\s+(?:well(?:\s+as)?|soon\s+as\s+possible) \b
    | (?:because|since|so\s+that|as) \b .*? (?= [.,;!?\n] | $ | \s(?:and|then)\s )
    | (?: and | so | also | plus | please | pls | kindly | just | now | again | right\s+(?:now|away)
        | immediately | asap
        | for\s+me | hi | hello | hey | good\s+(?:morning|afternoon|evening) | there | all | team | everyone | bot
        | assent | ok | okay | thanks | thank\s+you | cheers
        | (?:can|could|would|will|should) \s+ (?:you|we) | you \s+ (?:should|must|can)
        | (?:i|we) \s+ (?:want|need) (?:\s+you)? \s+ to | i(?:['’]d|\s+would) \s+ like (?:\s+you)? \s+ to
        | let(?:['’]s|\s+us) | go\s+ahead (?:\s+and)?
      ) (?! [\w'’-] )
    | [^\w\s]
    """,
    re.VERBOSE | re.IGNORECASE,
)
_INTRODUCTION = re.compile(r"[^\n:.,;!?]{1,80}:(?=\s)")
_CLAUSE = re.compile(r".+?(?=[,;!?\n]|\.(?:\s|$)|\s(?:and|then)\b|$)", re.DOTALL | re.IGNORECASE)
