"""What the offline model does with what people say and what tools bring."""

from openai import AsyncOpenAI

from tests.demo.talk import TOOLS, Asked, Talk, offered

RESTART_1: Asked = ("restart_service", {"service": "web-1"})
RESTART_2: Asked = ("restart_service", {"service": "web-2"})
SCALE: Asked = ("scale_service", {"service": "api", "replicas": 8})
ROTATE: Asked = ("rotate_secret", {"service": "api"})
LIST: Asked = ("list_services", {})


async def test_one_request_is_one_call(talk: Talk) -> None:
    assert await talk.ask("restart web-1") == [RESTART_1]
    assert talk.said == ""


async def test_two_services_are_two_calls_of_one_turn(talk: Talk) -> None:
    assert await talk.ask("restart web-1 and web-2") == [RESTART_1, RESTART_2]
    assert len({call.call_id for call in talk.open}) == 2


async def test_each_tool_is_called_with_what_was_asked(talk: Talk) -> None:
    assert await talk.ask("scale api to 8, rotate the secret of api and list services") == [SCALE, ROTATE, LIST]


async def test_the_same_thing_said_twice_at_once_is_done_once(talk: Talk) -> None:
    assert await talk.ask("restart web-1 and web-1") == [RESTART_1]


async def test_then_waits_for_what_comes_before(talk: Talk) -> None:
    assert await talk.ask("restart web-1 and web-2, then scale api to 8") == [RESTART_1, RESTART_2]
    talk.bring("done", "done")
    assert await talk.answer() == [SCALE]
    talk.bring("8 now")
    assert await talk.answer() == []
    assert talk.said.splitlines() == ["- `restart web-1`: done", "- `restart web-2`: done", "- `scale api to 8`: 8 now"]


async def test_without_parallel_calls_the_next_comes_after_the_output_of_the_last(client: AsyncOpenAI) -> None:
    talk = Talk(client, parallel=False)
    assert await talk.ask("restart web-1 and web-2") == [RESTART_1]
    talk.bring("done")
    assert await talk.answer() == [RESTART_2]
    talk.bring("done")
    assert await talk.answer() == []
    assert "web-2" in talk.said


async def test_the_output_of_a_tool_is_the_answer(talk: Talk) -> None:
    await talk.ask("restart web-1")
    talk.bring("web-1 was restarted and is healthy. Approved by Ben.")
    await talk.answer()
    assert talk.said == "`restart web-1`: web-1 was restarted and is healthy. Approved by Ben."


async def test_a_rejection_is_told_with_its_reason(talk: Talk) -> None:
    await talk.ask("restart web-1 and web-2")
    talk.bring("web-1 was restarted.", "Not during the sale.")
    await talk.answer()
    assert talk.said == "- `restart web-1`: web-1 was restarted.\n- `restart web-2`: Not during the sale."


async def test_an_output_of_many_lines_keeps_them(talk: Talk) -> None:
    await talk.ask("what is running?")
    talk.bring("- web-1\n- web-2")
    await talk.answer()
    assert talk.said == "`list services`:\n\n- web-1\n- web-2"
    await talk.ask("restart web-1 and list services")
    talk.bring("done", "- web-1\n- web-2")
    await talk.answer()
    assert talk.said == "- `restart web-1`: done\n- `list services`:\n  - web-1\n  - web-2"


async def test_what_was_answered_is_not_asked_again(talk: Talk) -> None:
    await talk.ask("restart web-1")
    talk.bring("done")
    await talk.answer()
    assert await talk.ask("scale api to 8") == [SCALE]
    talk.bring("8 now")
    await talk.answer()
    assert "web-1" not in talk.said


async def test_the_same_request_later_is_a_new_call(talk: Talk) -> None:
    await talk.ask("restart web-1")
    talk.bring("done")
    await talk.answer()
    assert await talk.ask("restart web-1") == [RESTART_1]


async def test_a_message_that_came_while_a_call_waited_is_dealt_with_next(talk: Talk) -> None:
    await talk.ask("restart web-1")
    talk.bring("done")
    assert await talk.ask("and web-2? restart web-2 please") == [RESTART_2]
    talk.bring("too risky")
    assert await talk.answer() == []
    assert "`restart web-1`: done" in talk.said
    assert "`restart web-2`: too risky" in talk.said


async def test_a_message_that_came_before_the_outputs_is_dealt_with_too(talk: Talk) -> None:
    await talk.ask("restart web-1")
    talk.write("scale api to 8")
    talk.bring("done")
    assert await talk.answer() == [SCALE]


async def test_many_messages_are_all_dealt_with(talk: Talk) -> None:
    assert await talk.ask("restart web-1", "restart web-1 then restart web-2", "hello") == [RESTART_1, RESTART_1]
    talk.bring("once", "twice")
    assert await talk.answer() == [RESTART_2]


async def test_anything_else_is_answered_with_examples_that_work(talk: Talk, client: AsyncOpenAI) -> None:
    assert await talk.ask("what is the meaning of life?") == []
    examples = [line[3:-1] for line in talk.said.splitlines() if line.startswith("- `")]
    assert "restart web-1 and web-2" in examples
    for example in examples:
        assert await Talk(client).ask(example), example


async def test_only_what_it_may_use_is_offered_as_an_example(client: AsyncOpenAI) -> None:
    talk = Talk(client, tools=TOOLS[:1])
    await talk.ask("help")
    assert "what is running?" in talk.said
    assert "restart" not in talk.said
    nothing = Talk(client, tools=())
    await nothing.ask("help")
    assert "none of the tools" in nothing.said


async def test_a_tool_that_is_not_offered_is_not_called(client: AsyncOpenAI) -> None:
    talk = Talk(client, tools=[offered("list_services"), offered("send_money", amount="integer")])
    assert await talk.ask("restart web-1") == []
    assert talk.said == "I cannot `restart web-1`: I was not given the tool `restart_service`."


async def test_what_is_possible_is_done_and_the_rest_is_told(client: AsyncOpenAI) -> None:
    talk = Talk(client, tools=[offered("list_services")])
    assert await talk.ask("list services, restart web-1 and make coffee") == [LIST]
    talk.bring("web-1 only")
    assert await talk.answer() == []
    assert talk.said.split("\n\n") == [
        "`list services`: web-1 only",
        "I cannot `restart web-1`: I was not given the tool `restart_service`.",
        "I did not understand `make coffee`.",
    ]


async def test_what_people_wrote_is_repeated_as_code(talk: Talk) -> None:
    assert await talk.ask('restart "`<!channel>`\n*now*"') == [
        ("restart_service", {"service": "`<!channel>`\n*now*"}),
    ]
    talk.bring("no such service")
    await talk.answer()
    assert talk.said == "`restart '<!channel>' *now*`: no such service"


async def test_calls_of_tools_that_are_not_of_the_demo_are_told_as_well(client: AsyncOpenAI) -> None:
    answer = await client.responses.create(
        model="m",
        input=[
            {"role": "user", "content": "hello"},
            {"type": "function_call", "call_id": "c1", "name": "refund", "arguments": "{not json"},
            {"type": "function_call_output", "call_id": "c1", "output": [{"type": "input_text", "text": "paid"}]},
        ],
    )
    assert answer.output_text == "`refund`: paid"
