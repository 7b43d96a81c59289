"""A conversation with the model as a runtime has it: what is said, what is called and what comes back."""

import json
from collections.abc import Iterable

from openai import AsyncOpenAI, DefaultAsyncHttpxClient
from openai.types.responses import FunctionToolParam, Response, ResponseFunctionToolCall, ResponseInputParam

from bot.demo.model_server import ModelServer

MODEL = "gpt-anything"


def client_of(server: ModelServer) -> AsyncOpenAI:
    """The client as an agent has it, without repeats, and straight to the server whatever proxy there is."""
    return AsyncOpenAI(
        api_key=server.api_key,
        base_url=server.base_url,
        max_retries=0,
        http_client=DefaultAsyncHttpxClient(trust_env=False),
    )


def offered(name: str, **parameters: str) -> FunctionToolParam:
    """A tool with these parameters, each with its JSON type."""
    schema: dict[str, object] = {
        "type": "object",
        "properties": {parameter: {"type": kind} for parameter, kind in parameters.items()},
        "required": list(parameters),
        "additionalProperties": False,
    }
    return {"type": "function", "name": name, "description": name, "parameters": schema, "strict": True}


TOOLS = (
    offered("list_services"),
    offered("restart_service", service="string"),
    offered("scale_service", service="string", replicas="integer"),
    offered("rotate_secret", service="string"),
)

Asked = tuple[str, dict[str, object]]
"""A call as a test compares it: the tool and its arguments."""


class Talk:
    """Keeps the history. `said` is the text of the last answer, `calls` what it asks for, each with an id."""

    def __init__(self, client: AsyncOpenAI, *, tools: Iterable[FunctionToolParam] = TOOLS, parallel: bool = True):
        self._client = client
        self._tools = list(tools)
        self._parallel = parallel
        self._history: ResponseInputParam = []
        self._last: Response | None = None

    async def ask(self, *texts: str) -> list[Asked]:
        """Say these, one message each, and let the model answer."""
        self.write(*texts)
        return await self.answer()

    def write(self, *texts: str) -> None:
        """Say these without asking for an answer yet."""
        for text in texts:
            self._history.append({"role": "user", "content": text})

    def bring(self, *outputs: str) -> None:
        """Give the open calls their outputs, in their order."""
        for call, output in zip(self.open, outputs, strict=True):
            self._history.append({"type": "function_call_output", "call_id": call.call_id, "output": output})

    async def answer(self) -> list[Asked]:
        """Let the model answer the conversation as it stands; the calls that it asks for."""
        self._last = await self._client.responses.create(
            model=MODEL, input=self._history, tools=self._tools, parallel_tool_calls=self._parallel
        )
        for item in self._last.output:
            if isinstance(item, ResponseFunctionToolCall):
                call_id, name, arguments = item.call_id, item.name, item.arguments
                self._history.append(
                    {"type": "function_call", "call_id": call_id, "name": name, "arguments": arguments}
                )
        if self.said:
            self._history.append({"role": "assistant", "content": self.said})
        return [(call.name, json.loads(call.arguments)) for call in self.open]

    @property
    def open(self) -> list[ResponseFunctionToolCall]:
        """The calls of the last answer."""
        assert self._last
        return [item for item in self._last.output if isinstance(item, ResponseFunctionToolCall)]

    @property
    def said(self) -> str:
        """The text of the last answer; empty when it asks for calls."""
        return self._last.output_text if self._last else ""
