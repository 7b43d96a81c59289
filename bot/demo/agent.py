"""The agent of `assent demo`: it operates a make-believe fleet, and asks before it acts."""

from datetime import timedelta
from typing import Any

from pydantic import JsonValue

from bot.agents import Agent, FunctionTool, NotPerformed, RunContextWrapper, ToolContext, function_tool
from bot.demo.fleet import Fleet, FleetError

SCALES_FREELY_UP_TO = 5
"""Replicas that a service may be given without asking anyone."""

_INSTRUCTIONS = """\
You are an operations assistant. You look after a small fleet of services.
Do what you are asked with your tools, one call for each service, and do not ask back whether you should: a person
decides about every call that could do harm. Then say briefly how each call ended. When one was rejected, give the
reason and do not try it again."""


def make_agent(fleet: Fleet) -> Agent[None]:
    """An agent that operates this fleet."""
    tools = [_list_services(fleet), _restart_service(fleet), _scale_service(fleet), _rotate_secret(fleet)]
    return Agent("Operations", instructions=_INSTRUCTIONS, tools=tools)


def many_replicas(_ctx: RunContextWrapper[Any], arguments: dict[str, JsonValue], _call_id: str) -> bool:
    """Whether scaling needs approval: above five replicas, and whenever it is not clear how many are meant."""
    replicas = arguments.get("replicas")
    return not isinstance(replicas, int) or replicas > SCALES_FREELY_UP_TO


def _list_services(fleet: Fleet) -> FunctionTool:
    @function_tool(idempotent=True)
    async def list_services() -> str:
        """List all services of the fleet: replicas, version, status and uptime."""
        return "\n".join(
            f"- **{service.name}**: {_counted(service.replicas, 'replica')}, version {service.version}, "
            f"{service.status}, up {_in_words(fleet.uptime(service.name))}"
            for service in fleet.services
        )

    return list_services


def _restart_service(fleet: Fleet) -> FunctionTool:
    @function_tool(needs_approval=True, risk="medium", timeout=30)
    async def restart_service(ctx: ToolContext[Any], service: str) -> str:
        """Restart a service; it is away for a moment.

        Args:
            service: The name of the service, such as web-1.
        """
        try:
            restarted = fleet.restart(service)
        except FleetError as refused:
            raise NotPerformed(str(refused)) from refused
        return f"{service} was restarted and is {restarted.status}.{_approved(ctx)}"

    return restart_service


def _scale_service(fleet: Fleet) -> FunctionTool:
    @function_tool(needs_approval=many_replicas, risk="medium", timeout=30)
    async def scale_service(ctx: ToolContext[Any], service: str, replicas: int) -> str:
        """Change how many replicas of a service run.

        Args:
            service: The name of the service, such as api.
            replicas: How many replicas should run from now on.
        """
        try:
            before = fleet.service(service).replicas
            fleet.scale(service, replicas)
        except FleetError as refused:
            raise NotPerformed(str(refused)) from refused
        return f"{service} was scaled from {before} to {_counted(replicas, 'replica')}.{_approved(ctx)}"

    return scale_service


def _rotate_secret(fleet: Fleet) -> FunctionTool:
    @function_tool(needs_approval=True, risk="high", timeout=30, sensitive_output=True)
    async def rotate_secret(ctx: ToolContext[Any], service: str) -> str:
        """Give a service a new secret; whoever uses the old one is locked out.

        Args:
            service: The name of the service, such as api.
        """
        try:
            rotated = fleet.rotate_secret(service)
        except FleetError as refused:
            raise NotPerformed(str(refused)) from refused
        return f"The new secret of {service} is {rotated.secret}.{_approved(ctx)}"

    return rotate_secret


def _approved(ctx: ToolContext[Any]) -> str:
    if ctx.approval is None or ctx.approval.by is None:
        return ""
    reason = f": {ctx.approval.reason}" if ctx.approval.reason else "."
    return f" Approved by {ctx.approval.by.name or ctx.approval.by.id}{reason}"


def _in_words(span: timedelta) -> str:
    if span.days:
        return _counted(span.days, "day")
    minutes = span.seconds // 60
    return _counted(minutes // 60, "hour") if minutes >= 60 else _counted(minutes, "minute")


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


agent = make_agent(Fleet())
"""What `assent demo` serves; its fleet lives as long as the process."""
