"""What the model server is asked: the body of `POST /v1/responses`, read into types."""

from typing import Annotated, Literal, cast

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError, model_validator
from pydantic_core import ErrorDetails

from bot.demo.conversation import KINDS, Conversation, FunctionCall, FunctionCallOutput, Item, OtherItem


class BadRequest(Exception):
    """The request is refused, in the words of the real service where it has some; names the parameter."""

    def __init__(self, message: str, *, param: str | None = None, code: str | None = None) -> None:
        super().__init__(message)
        self.param = param
        self.code = code


def read_request(body: bytes) -> "ModelRequest":
    """The request in `body`. Raises `BadRequest` when it is not one that this server can answer."""
    try:
        request = ModelRequest.model_validate_json(body)
    except ValidationError as wrong:
        raise _refusal(wrong.errors(include_url=False)[0]) from wrong
    _refuse_what_is_kept_elsewhere(request)
    _refuse_lonely_calls(request.input)
    if request.text.format.type != "text":
        raise BadRequest("This model answers in plain text only.", param="text.format.type", code="unsupported_value")
    return request


class _Echoed(BaseModel):
    """What the response repeats as it came, the fields that nobody reads here included."""

    model_config = ConfigDict(frozen=True, extra="allow")


class Tool(_Echoed):
    """A tool that the model may use. Only a function has a name that can be called here."""

    type: str
    name: str = ""


class ToolChoice(_Echoed):
    """A choice among the tools that says more than one word."""

    type: str
    name: str = ""


class TextFormat(_Echoed):
    type: str = "text"


class Text(_Echoed):
    format: TextFormat = TextFormat()


class ModelRequest(BaseModel):
    """A conversation that waits for an answer. Parameters that are not named here are accepted and change nothing."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    model: str
    input: Annotated[Conversation, Field(min_length=1)]
    instructions: str | None = None
    tools: tuple[Tool, ...] = ()
    tool_choice: Literal["none", "auto", "required"] | ToolChoice = "auto"
    parallel_tool_calls: bool = True
    stream: bool = False
    store: bool = True
    temperature: Annotated[float, Field(ge=0, le=2)] = 1.0
    top_p: Annotated[float, Field(ge=0, le=1)] = 1.0
    max_output_tokens: Annotated[int, Field(ge=1)] | None = None
    metadata: dict[str, str] = {}
    text: Text = Text()
    background: bool = False
    previous_response_id: str | None = None
    conversation: JsonValue = None

    @model_validator(mode="before")
    @classmethod
    def _null_is_absent(cls, value: object) -> object:
        if not isinstance(value, dict):
            return value
        return {name: given for name, given in cast("dict[str, object]", value).items() if given is not None}

    @property
    def offered(self) -> frozenset[str]:
        """The names of the functions that may be called."""
        names = frozenset(tool.name for tool in self.tools if tool.type == "function")
        if self.tool_choice == "none":
            return frozenset()
        if isinstance(self.tool_choice, ToolChoice) and self.tool_choice.type == "function":
            return names & {self.tool_choice.name}
        return names


def _refusal(error: ErrorDetails) -> BadRequest:
    if error["type"] == "json_invalid":
        return BadRequest(f"We could not parse the JSON body of your request. ({error['msg']})")
    param = _path(error["loc"])
    if error["type"] == "missing":
        return BadRequest(f"Missing required parameter: '{param}'.", param=param, code="missing_required_parameter")
    code = "invalid_value" if error["type"].endswith(("_error", "_equal", "_short")) else "invalid_type"
    return BadRequest(f"Invalid value for '{param}': {error['msg']}.", param=param, code=code)


def _path(loc: tuple[int | str, ...]) -> str:
    """The place of an error as the service writes it, "input[0].role"; the kind of an item is no part of it."""
    steps = [step for at, step in enumerate(loc) if not (step in KINDS and at == 2)]
    if steps[:1] == ["tool_choice"]:
        return "tool_choice"
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps).removeprefix(".")


def _refuse_what_is_kept_elsewhere(request: ModelRequest) -> None:
    if request.previous_response_id is not None:
        raise BadRequest(
            f"Previous response with id '{request.previous_response_id}' not found. Nothing is kept here: send the "
            "whole conversation as input.",
            param="previous_response_id",
            code="previous_response_not_found",
        )
    if request.conversation is not None:
        raise BadRequest("Conversations are not kept here: send it as input.", param="conversation")
    for at, item in enumerate(request.input):
        if isinstance(item, OtherItem) and item.type == "item_reference":
            raise BadRequest("Items are not kept here: send the item itself.", param=f"input[{at}]")
    if request.background:
        raise BadRequest("Background responses are not kept here.", param="background", code="unsupported_value")


def _refuse_lonely_calls(items: tuple[Item, ...]) -> None:
    """Hold the history to the service's rule: each call has its output after it, and each output its call before."""
    open_calls: dict[str, None] = {}
    for at, item in enumerate(items):
        match item:
            case FunctionCall():
                open_calls[item.call_id] = None
            case FunctionCallOutput() if item.call_id not in open_calls:
                raise BadRequest(
                    f"No tool call found for function call output with call_id {item.call_id}.", param=f"input[{at}]"
                )
            case FunctionCallOutput():
                del open_calls[item.call_id]
            case _:
                pass
    for call_id in open_calls:
        raise BadRequest(f"No tool output found for function call {call_id}.", param="input")
