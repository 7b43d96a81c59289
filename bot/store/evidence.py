"""What a holder that lost its lease can tell about a call that it ran."""

from __future__ import annotations

from pydantic import AwareDatetime, BaseModel, ConfigDict


class Evidence(BaseModel):
    """The end of a call that could not be saved: `text` for the person who is asked whether to run it again."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    run: str
    path: str
    text: str
    at: AwareDatetime
