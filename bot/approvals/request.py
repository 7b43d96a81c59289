"""An approval request: what is asked, of whom, until when, and how it ended."""

import re
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from bot.approvals.model import Frozen, Moment
from bot.approvals.people import Person, Voter
from bot.approvals.policy import Policy, Risk

RequestKind = Literal["call", "uncertain", "limit"]
"""A call that needs approval; a call that may have run already; a run that reached its limit of turns."""

CallKind = Literal[
    "function", "agent", "shell", "local_shell", "apply_patch", "mcp_hosted", "mcp_local", "handoff", "unknown", ""
]
"""What is called; empty where nothing is, as at a limit."""

Verdict = Literal["approve", "reject", "done"]
"""What a person says. Of an uncertain call "approve" means run again, of a limit it means go on."""

Source = Literal["slack", "terminal", "expiry", "cancel", "grant"]
"""Where a settlement comes from; a grant is an "always" that was said to an earlier call of the tool."""

PATH = re.compile(r"t[0-9]{1,4}(\.c[0-9]{1,2})?(/t[0-9]{1,4}(\.c[0-9]{1,2})?){0,7}")
"""A call's path from the root of its run, at most eight levels deep; a limit has a turn alone at its end."""

NONCE = re.compile(r"[A-Za-z0-9_-]{22}")
"""128 random bits in base64url."""

REASON_LIMIT = 500
"""Characters of a reason, as the model reads it."""

Digest = Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{64})?$")]
"""SHA-256 in hexadecimal; empty where there is no call to bind to."""


class Vote(Frozen):
    """What somebody says to a request, with the nonce and the revision they had before them.

    With `always` it also decides the later calls of the same tool in the run.
    """

    by: Voter
    verdict: Verdict
    nonce: str
    revision: int
    reason: str = Field(default="", max_length=REASON_LIMIT)
    typed_name: str = ""
    always: bool = False
    source: Literal["slack", "terminal"] = "slack"


class CountedVote(Frozen):
    """A vote that counted: by whom as looked up at that moment, and when."""

    by: Voter
    verdict: Verdict
    reason: str
    always: bool = False
    source: Source
    revision: int
    at: Moment


class Settlement(Frozen):
    """What ended a request; nothing changes it afterwards. `by` is None for an expiry.

    With `always` it is a grant, too: it decides the later calls of the same tool in the run, until it is revoked.
    """

    verdict: Literal["approve", "reject", "done", "expired", "cancelled"]
    by: Person | None
    at: Moment
    reason: str = ""
    source: Source
    always: bool = False
    self_approved: bool = False


class Revocation(Frozen):
    """The end of a grant: later calls ask again."""

    by: Person
    at: Moment
    source: Literal["slack", "terminal"] = "slack"


class Request(Frozen):
    """One call, at one time that it needs a person, put before people.

    `thread` is "team:channel:ts". `arguments` is canonical JSON, or empty; `digest` is what an approval binds to.
    `why` is what the model said before the call. `requesters` is everyone whose message is in the run's input.
    `asked_through` are the agents that had `agent` called, the outermost first, where it was called as a tool.
    `revision` changes with the content, `version` with every write.
    """

    thread: Annotated[str, StringConstraints(pattern=r"^[^:\s]+:[^:\s]+:[^:\s]+$")]
    run: str
    path: Annotated[str, StringConstraints(pattern=rf"^{PATH.pattern}$")]
    round: int = Field(ge=1)
    kind: RequestKind
    agent: str
    asked_through: tuple[str, ...] = ()
    tool: str
    call_kind: CallKind
    server: str | None = None
    label: str
    arguments: str = ""
    digest: Digest
    risk: Risk
    why: str = ""
    requesters: tuple[Person, ...] = Field(min_length=1)
    policy: Policy
    created_at: Moment
    expires_at: Moment
    nonce: Annotated[str, StringConstraints(pattern=rf"^{NONCE.pattern}$")]
    revision: int = Field(default=1, ge=1)
    version: int = Field(default=1, ge=1)
    votes: tuple[CountedVote, ...] = ()
    settlement: Settlement | None = None
    revocation: Revocation | None = None
    evidence: str | None = None
    stranded: str | None = None
    extended_because: str | None = None

    @model_validator(mode="after")
    def _a_call_is_bound_to_its_content(self) -> Self:
        if self.kind != "limit" and not self.digest:
            raise ValueError("a request for a call needs the call's digest")
        return self

    @property
    def name(self) -> str:
        """The request's name within its thread: "run/path/round"."""
        return f"{self.run}/{self.path}/{self.round}"

    @property
    def team(self) -> str:
        return self.thread.split(":")[0]

    @property
    def channel(self) -> str:
        return self.thread.split(":")[1]

    @property
    def settled(self) -> bool:
        return self.settlement is not None

    @property
    def always(self) -> bool:
        """Whether it was settled for the later calls of its tool as well."""
        return self.settlement is not None and self.settlement.always

    def asked_by(self, person: Person) -> bool:
        """Whether `person` is one of the requesters."""
        return any(person.same_as(requester) for requester in self.requesters)
