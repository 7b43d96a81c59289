"""Make a tool of a Python function."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, Literal, TypeAlias, TypedDict, get_args, get_origin, get_type_hints, overload

import docstring_parser
from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError, create_model
from pydantic.errors import PydanticUserError
from typing_extensions import Unpack

from bot.agents.context import RunContextWrapper
from bot.agents.errors import UserError
from bot.agents.record.content import parse_arguments
from bot.agents.record.decision import Risk
from bot.agents.tools.own_thread import in_a_thread_of_its_own
from bot.agents.tools.strict_schema import strict_schema
from bot.agents.tools.tool import AnyToolContext, Body, Enabled, FailureFunction, FunctionTool, OnApproval, Rule
from bot.agents.tools.tool_guardrails import ToolInputGuardrail, ToolOutputGuardrail

DocstringStyle: TypeAlias = Literal["google", "numpy", "sphinx"]

_STYLES: Mapping[DocstringStyle | None, docstring_parser.DocstringStyle] = {
    "google": docstring_parser.DocstringStyle.GOOGLE,
    "numpy": docstring_parser.DocstringStyle.NUMPYDOC,
    "sphinx": docstring_parser.DocstringStyle.REST,
    None: docstring_parser.DocstringStyle.AUTO,
}


class CallOptions(TypedDict, total=False):
    """What can be said of the calls of a function; see `CallableTool`."""

    needs_approval: bool | Rule
    on_approval: OnApproval | None
    risk: Risk
    timeout: float | None
    idempotent: bool
    sensitive_output: bool
    failure_error_function: FailureFunction | None
    is_enabled: bool | Enabled
    tool_input_guardrails: Sequence[ToolInputGuardrail]
    tool_output_guardrails: Sequence[ToolOutputGuardrail]


@overload
def function_tool(function: Callable[..., object], /) -> FunctionTool: ...


@overload
def function_tool(
    function: None = None,
    /,
    *,
    name_override: str | None = None,
    description_override: str | None = None,
    docstring_style: DocstringStyle | None = None,
    use_docstring_info: bool = True,
    strict_mode: bool = True,
    **options: Unpack[CallOptions],
) -> Callable[[Callable[..., object]], FunctionTool]: ...


def function_tool(
    function: Callable[..., object] | None = None,
    /,
    *,
    name_override: str | None = None,
    description_override: str | None = None,
    docstring_style: DocstringStyle | None = None,
    use_docstring_info: bool = True,
    strict_mode: bool = True,
    **options: Unpack[CallOptions],
) -> FunctionTool | Callable[[Callable[..., object]], FunctionTool]:
    """Make a tool of a function, async or plain; its signature and docstring become the schema.

    The style of the docstring is found out where `docstring_style` does not say it.

    A first parameter annotated `RunContextWrapper` or `ToolContext` is given the context. A plain function runs in a
    thread, which cannot be broken off. Raises `UserError` for a signature that no schema can be made of.
    """

    def make(function: Callable[..., object]) -> FunctionTool:
        docstring = inspect.getdoc(function) or "" if use_docstring_info else ""
        told = docstring_parser.parse(docstring, style=_STYLES[docstring_style])
        signature = _read(function, name_override or function.__name__, told)
        return FunctionTool(
            name=signature.name,
            description=signature.description if description_override is None else description_override,
            params_json_schema=_schema(signature, strict=strict_mode),
            on_invoke_tool=_body(function, signature),
            strict_json_schema=strict_mode,
            objection=_objection(signature),
            **options,
        )

    return make(function) if function else make


@dataclass(frozen=True)
class _Signature:
    """What a function takes: `model` has a field for each of its parameters but the context, with its name as alias."""

    name: str
    description: str
    takes_context: bool
    model: type[BaseModel]


def _read(function: Callable[..., object], name: str, told: docstring_parser.Docstring) -> _Signature:
    words = {param.arg_name: param.description for param in told.params}
    hints = _hints(function, name)
    parameters = list(inspect.signature(function).parameters.values())
    takes_context = bool(parameters) and _is_context(hints.get(parameters[0].name))
    fields = {
        f"argument_{place}": _field(name, parameter, hints.get(parameter.name, Any), words.get(parameter.name))
        for place, parameter in enumerate(parameters[takes_context:])
    }
    try:
        model: type[BaseModel] = create_model(  # pyright: ignore[reportCallIssue, reportUnknownVariableType]
            f"{name}_arguments",
            __config__=ConfigDict(extra="forbid", hide_input_in_errors=True),
            **fields,  # pyright: ignore[reportArgumentType]: pydantic takes any names here
        )
    except PydanticUserError as error:
        raise UserError(f"{name}: no schema can be made of its parameters ({error.message}).") from error
    description = "\n\n".join(part for part in (told.short_description, told.long_description) if part)
    return _Signature(name, description, takes_context, model)


def _hints(function: Callable[..., object], name: str) -> dict[str, Any]:  # Any: whatever may stand after a colon
    try:
        return get_type_hints(function, include_extras=True)
    except NameError as error:
        raise UserError(f"{name}: {error}. Import that type where the module can see it.") from error


def _field(tool: str, parameter: inspect.Parameter, hint: Any, words: str | None) -> Any:  # Any: pydantic's own terms
    if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD, parameter.POSITIONAL_ONLY):
        raise UserError(f"{tool}: parameter {parameter} cannot be given by name. Give it a name and a type of its own.")
    if _is_context(hint):
        raise UserError(f"{tool}: only the first parameter can be the context.")
    default = ... if parameter.default is parameter.empty else parameter.default
    if get_origin(hint) is Annotated:
        first, *more = get_args(hint)
        words = next((note for note in more if isinstance(note, str)), words)
        hint = Annotated[first, *more]
    return (hint, Field(default, description=words, alias=parameter.name))


def _is_context(hint: object) -> bool:
    kind = get_origin(hint) or hint
    return isinstance(kind, type) and issubclass(kind, RunContextWrapper)


def _schema(signature: _Signature, *, strict: bool) -> Mapping[str, JsonValue]:
    if not strict:
        return signature.model.model_json_schema()
    schema = strict_schema(
        signature.model,
        failing=f"{signature.name}: no strict schema can be made of its parameters",
        instead="strict_mode=False",
    )
    return {key: value for key, value in schema.items() if key not in ("title", "description")}


def _body(function: Callable[..., object], signature: _Signature) -> Body:
    async def invoke(ctx: AnyToolContext, arguments: str) -> object:
        given = signature.model.model_validate(parse_arguments(arguments or "{}").value)
        named = {field.alias or name: getattr(given, name) for name, field in signature.model.model_fields.items()}
        words = (ctx,) if signature.takes_context else ()
        if inspect.iscoroutinefunction(function):
            return await function(*words, **named)
        returned = await in_a_thread_of_its_own(partial(function, *words, **named))
        return await returned if inspect.isawaitable(returned) else returned

    return invoke


def _objection(signature: _Signature) -> Callable[[dict[str, JsonValue]], str | None]:
    def objection(arguments: dict[str, JsonValue]) -> str | None:
        try:
            signature.model.model_validate(arguments)
        except ValidationError as error:
            wrong = "; ".join(
                f"{'.'.join(map(str, each['loc'])) or 'arguments'}: {each['msg']}"
                for each in error.errors(include_url=False, include_input=False)[:10]
            )
            return f"Invalid arguments for {signature.name}: {wrong}."
        return None

    return objection


tool = function_tool
"""Another name for `function_tool`."""
