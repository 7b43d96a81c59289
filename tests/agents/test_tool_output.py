"""What a tool returns that is more than a text reaches the model as it is, and is kept so."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import JsonValue, ValidationError

from bot.agents import (
    Agent,
    ModelSettings,
    Runner,
    RunState,
    ToolContext,
    ToolOutputFileContent,
    ToolOutputImage,
    ToolOutputText,
    WebSearchTool,
    function_tool,
)
from bot.agents.models.responses import OpenAIResponsesModel
from bot.agents.testing import ScriptedModel, call, message
from bot.agents.tools.hosted_tools import FileSearchTool
from tests.agents.responses_server import Answer, response, serving

TEXT: JsonValue = {"type": "input_text", "text": "Two bars"}
IMAGE: JsonValue = {"type": "input_image", "image_url": "data:image/png;base64,AA==", "detail": "low"}
FILE: JsonValue = {"type": "input_file", "file_id": "file_1"}


def shows(returned: object, *, needs_approval: bool = False) -> tuple[Agent[Any], ScriptedModel]:
    """An agent whose tool returns this."""

    @function_tool(needs_approval=needs_approval)
    async def chart(year: int) -> object:  # noqa: ARG001 - only for its schema
        return returned

    model = ScriptedModel([[call("chart", {"year": 2026})], [message("Done.")]])
    return Agent("desk", tools=[chart], model=model), model


@pytest.mark.parametrize(
    ("returned", "read"),
    [
        (ToolOutputText(text="Two bars"), [TEXT]),
        (ToolOutputImage(image_url="data:image/png;base64,AA==", detail="low"), [IMAGE]),
        ([ToolOutputText(text="Two bars"), ToolOutputFileContent(file_id="file_1")], [TEXT, FILE]),
        (({"type": "text", "text": "Two bars"}, {"type": "file", "file_id": "file_1"}), [TEXT, FILE]),
        ([], "[]"),
        ([ToolOutputText(text="Two bars"), "more"], '[{"type":"text","text":"Two bars"},"more"]'),
        ({"type": "text", "text": "Two bars", "by": "ana"}, '{"type":"text","text":"Two bars","by":"ana"}'),
        ({"type": "image"}, '{"type":"image"}'),
    ],
)
async def test_texts_images_and_files_are_read_as_such_and_everything_else_as_a_text(returned: object, read: JsonValue):
    agent, model = shows(returned)
    result = await Runner.run(agent, "Show 2026")
    assert model.requests[1].input[-1]["output"] == read
    state = await RunState.from_string(agent, result.to_state().to_string())
    assert state.items[-2]["output"] == read


async def test_an_image_of_a_changed_call_comes_with_the_note_that_a_person_changed_it():
    agent, model = shows(ToolOutputImage(file_id="file_1"), needs_approval=True)
    state = (await Runner.run(agent, "Show 2026")).to_state()
    state.approve(state.get_interruptions()[0], arguments={"year": 2025})
    await Runner.run(agent, state)
    read: Any = model.requests[1].input[-1]["output"]
    assert "2025" in read[0]["text"]
    assert read[1:] == [{"type": "input_image", "file_id": "file_1"}]


async def test_a_lone_surrogate_in_a_part_is_spelt_out():
    agent, model = shows(ToolOutputText(text="half \ud800"))
    await Runner.run(agent, "Show 2026")
    assert model.requests[1].input[-1]["output"] == [{"type": "input_text", "text": "half \\ud800"}]


def test_an_image_or_a_file_that_is_nowhere_cannot_be_made():
    with pytest.raises(ValidationError, match="image_url or a file_id"):
        ToolOutputImage()
    with pytest.raises(ValidationError, match="file_data, a file_url or a file_id"):
        ToolOutputFileContent(filename="a.txt")


async def test_a_sensitive_image_is_withheld():
    @function_tool(sensitive_output=True)
    async def photo(ctx: ToolContext[Any]) -> ToolOutputImage:  # noqa: ARG001 - to show that parts may be annotated
        return ToolOutputImage(file_id="file_1")

    model = ScriptedModel([[call("photo")], [message("Done.")]])
    result = await Runner.run(Agent("desk", tools=[photo], model=model), "Show it")
    assert "file_1" not in result.to_state().to_string()


async def test_what_tools_and_settings_want_to_be_in_the_answer_is_asked_for_once():
    search = FileSearchTool(vector_store_ids=["vs_1"], include_search_results=True)
    web = WebSearchTool(search_content_types=["text", "image"], external_web_access=False)
    settings = ModelSettings(response_include=["file_search_call.results"], top_logprobs=3, extra_body={"seed": 1})
    async with serving(Answer(body=response(message("Done.")))) as server:
        model = OpenAIResponsesModel("gpt-5.1", server.client())
        await Runner.run(Agent("desk", tools=[search, web], model=model, model_settings=settings), "Search")
        sent = server.requests[0].body
    assert sent["include"] == [
        "file_search_call.results",
        "web_search_call.results",
        "message.output_text.logprobs",
    ]
    assert (sent["top_logprobs"], sent["seed"]) == (3, 1)
    assert sent["tools"][1]["external_web_access"] is False
