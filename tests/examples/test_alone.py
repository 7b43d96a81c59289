"""Each example alone: a program that asks on the terminal, with a scripted model on this machine."""

from __future__ import annotations

from pathlib import Path

from aiohttp import web

from bot.agents.testing import call, message
from tests.agents.responses_server import ResponsesServer
from tests.agents.sessions.conversations_server import ConversationsServer
from tests.examples.played import answer, files_in, mcp_request, patch_call, play, run, shell_call

BOOKING = [call("book_table", {"people": 2, "at": "19:00"})]


async def test_human_in_the_loop_asks_for_each_call_that_needs_it(tmp_path: Path):
    model = [
        [call("look_up", {"order": "A1"})],
        [
            call("cancel_order", {"order": "A1"}, call_id="c1"),
            call("refund", {"order": "A1", "cents": 4900}, call_id="c2"),
            call("refund", {"order": "A1", "cents": 900}, call_id="c3"),
        ],
        [message("Cancelled, and 900 cents are on their way.")],
    ]
    played = await play("human_in_the_loop", model=model, typed="yn", at=tmp_path)
    assert 'May Orders call cancel_order with {"order": "A1"}? [y/n]' in played.out
    assert 'May Orders call refund with {"order": "A1", "cents": 4900}? [y/n]' in played.out
    assert played.out.endswith("Cancelled, and 900 cents are on their way.\n")
    told = [item["output"] for item in played.outputs(2)[1:]]
    assert told == [
        "Order A1 is cancelled.",
        "Tool execution was not approved.",
        "900 cents of order A1 are on their way back.",
    ]


async def test_where_nobody_is_there_to_say_yes_nothing_is_approved(tmp_path: Path):
    model = [[call("cancel_order", {"order": "A1"})], [message("I could not.")]]
    played = await play("human_in_the_loop", model=model, at=tmp_path)
    assert [item["output"] for item in played.outputs(1)] == ["Tool execution was not approved."]


async def test_what_is_neither_yes_nor_no_is_asked_again(tmp_path: Path):
    model = [[call("cancel_order", {"order": "A1"})], [message("Done.")]]
    played = await play("human_in_the_loop", model=model, typed="?y", at=tmp_path)
    assert played.out.count("[y/n]") == 2
    assert [item["output"] for item in played.outputs(1)] == ["Order A1 is cancelled."]


async def test_streamed_the_answer_is_seen_word_by_word(tmp_path: Path):
    model = [
        [call("send_mail", {"to": "ben@example.com", "subject": "Noon", "text": "At noon."})],
        [message("Ben knows.")],
    ]
    played = await play("human_in_the_loop_streamed", model=model, typed="y", at=tmp_path, streamed=True)
    assert [request["stream"] for request in played.requests] == [True, True]
    assert "Secretary wants to call send_mail" in played.out
    assert "(Sent 'Noon' to ben@example.com, 8 characters.)" in played.out
    assert played.out.rstrip().endswith("Ben knows.")


async def test_a_rejection_is_told_in_the_words_of_the_app_or_of_the_person(tmp_path: Path):
    model = [
        [call("publish", {"title": "A", "text": "a"}, call_id="c1"), call("publish", {"title": "B", "text": "b"})],
        [message("Neither.")],
    ]
    played = await play("custom_rejection", model=model, typed="ln", at=tmp_path)
    assert [item["output"] for item in played.outputs(1)] == [
        "Not before Monday. Say so, and end here.",
        "The editor in chief did not let publish pass. Do not try it again.",
    ]


async def test_a_run_is_saved_by_one_process_and_resumed_by_another(tmp_path: Path):
    first = await play(
        "save_and_resume", "run.json", model=[[call("delete_backup", {"month": "2031-05"})]], at=tmp_path
    )
    assert first.out == "The run waits in run.json. Start this again to decide.\n"
    second = await play("save_and_resume", "run.json", model=[[message("Deleted.")]], typed="y", at=tmp_path)
    assert [item["output"] for item in second.outputs(0)] == ["The backup of 2031-05 is deleted."]
    assert second.out.endswith("Deleted.\n")
    assert files_in(tmp_path) == []


async def test_a_session_in_memory_joins_two_questions(tmp_path: Path):
    model = [BOOKING, [message("Booked.")], [message("For two.")]]
    played = await play("session_memory", model=model, typed="y", at=tmp_path)
    types = [item.get("type", item.get("role")) for item in played.requests[2]["input"]]
    assert types == ["user", "function_call", "function_call_output", "message", "user"]
    assert played.out.endswith("Booked.\n> For how many people was that?\nFor two.\n")


async def test_a_session_in_a_file_joins_two_processes(tmp_path: Path):
    await play("session_file", "Book a table.", model=[BOOKING, [message("Booked.")]], typed="y", at=tmp_path)
    played = await play("session_file", "For how many?", model=[[message("For two.")]], at=tmp_path)
    types = [item.get("type", item.get("role")) for item in played.requests[0]["input"]]
    assert types == ["user", "function_call", "function_call_output", "message", "user"]
    assert played.out == "> For how many?\nFor two.\n"


async def test_a_session_with_openai_is_gone_on_with_by_its_id(tmp_path: Path):
    model = ResponsesServer([answer(*BOOKING), answer(message("Booked.")), answer(message("For two."))])
    kept = ConversationsServer()
    app = web.Application()
    app.router.add_post("/v1/responses", model.answer)
    app.router.add_post("/v1/conversations", kept.begin)
    app.router.add_get("/v1/conversations/{conversation}/items", kept.list)
    app.router.add_post("/v1/conversations/{conversation}/items", kept.add)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        base_url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
        first = await run("session_conversations", base_url=base_url, typed="y", at=tmp_path)
        second = await run("session_conversations", "conv_1", base_url=base_url, at=tmp_path)
    finally:
        await runner.cleanup()
    assert first.endswith("For two.\nThis conversation is conv_1.\n")
    assert second.endswith("For two.\nThis conversation is conv_1.\n")
    assert [item.get("type") for item in kept.conversations["conv_1"]] == [
        *("message", "function_call", "function_call_output", "message"),
        *("message", "message"),
        *("message", "message"),
    ]
    assert len(model.requests[3].body["input"]) == 7


async def test_an_agent_as_a_tool_asks_for_itself_and_for_what_it_does(tmp_path: Path):
    model = [
        [call("ask_billing", {"input": "Refund order A1."})],
        [call("refund", {"order": "A1", "cents": 4900})],
        [message("4900 cents are on their way.")],
        [message("Done.")],
    ]
    played = await play("agents_as_tools", model=model, typed="yy", at=tmp_path)
    assert "Support wants to call ask_billing" in played.out
    assert "Billing wants to call refund" in played.out
    assert [item["output"] for item in played.outputs(2)] == ["4900 cents of order A1 are on their way back."]
    assert [item["output"] for item in played.outputs(3)] == ["4900 cents are on their way."]
    assert played.out.endswith("Done.\n")


async def test_the_shell_runs_what_was_read_and_approved(tmp_path: Path):
    (tmp_path / "umbrella.txt").write_text("blue\n")
    model = [
        [shell_call("ls", "cat umbrella.txt")],
        [shell_call("touch made", call_id="call_2")],
        [message("One file, and it says blue.")],
    ]
    played = await play("shell", model=model, typed="a", at=tmp_path)
    assert "  $ ls\n  $ cat umbrella.txt\nRun this?" in played.out
    assert played.out.count("Run this?") == 1
    assert [each["stdout"] for each in played.outputs(1)[0]["output"]] == ["umbrella.txt\n", "blue\n"]
    assert (tmp_path / "made").exists()
    assert played.requests[0]["tools"] == [{"type": "shell", "environment": {"type": "local"}}]


async def test_the_shell_can_be_refused_once_and_for_all(tmp_path: Path):
    model = [[shell_call("touch made")], [shell_call("touch made", call_id="call_2")], [message("Nothing was done.")]]
    played = await play("shell", model=model, typed="x", at=tmp_path)
    assert played.out.count("Run this?") == 1
    assert not (tmp_path / "made").exists()
    assert "not approved" in played.outputs(2)[1]["output"][0]["stderr"]


async def test_patches_make_and_change_a_file(tmp_path: Path):
    model = [
        [patch_call("create_file", "tasks.md", "+[ ] water the plants\n+[ ] take out the glass\n")],
        [message("Made.")],
        [patch_call("update_file", "tasks.md", "@@\n-[ ] water the plants\n+[x] water the plants\n", call_id="c2")],
        [message("Ticked.")],
    ]
    played = await play("apply_patch", model=model, typed="yy", at=tmp_path)
    assert (tmp_path / "tasks.md").read_text().splitlines() == ["[x] water the plants", "[ ] take out the glass"]
    assert [(item["status"], item["output"]) for item in played.outputs(3)] == [
        ("completed", "Created tasks.md."),
        ("completed", "Updated tasks.md."),
    ]


async def test_hosted_mcp_asks_before_openai_calls_the_server(tmp_path: Path):
    model = [[mcp_request("ask_question", '{"q":"transports?"}')], [message("Two of them.")]]
    played = await play("hosted_mcp", model=model, typed="y", at=tmp_path)
    assert 'Reader wants to call ask_question of deepwiki with {"q":"transports?"} [y/n]' in played.out
    response = {"type": "mcp_approval_response", "approval_request_id": "mcpr_1", "approve": True}
    assert played.outputs(1) == [response]
    assert played.requests[0]["tools"][0]["require_approval"] == "always"


async def test_hosted_mcp_with_a_callback_asks_nobody(tmp_path: Path):
    model = [[mcp_request("read_wiki_contents"), mcp_request("ask_question", id="mcpr_2")], [message("Read.")]]
    played = await play("hosted_mcp_callback", model=model, at=tmp_path)
    assert [(item["approve"], item.get("reason")) for item in played.outputs(1)] == [
        (True, None),
        (False, "Only read_wiki_contents and read_wiki_structure may be used here."),
    ]
    assert played.out.endswith("Read.\n")


async def test_a_handoff_waits_for_a_person_and_so_does_what_the_other_agent_does(tmp_path: Path):
    model = [
        [call("transfer_to_accounts")],
        [call("close_account", {"customer": "Ana Lopez"}, call_id="call_2")],
        [message("It is closed.")],
    ]
    played = await play("handoff_with_approval", model=model, typed="yy", at=tmp_path)
    assert "Reception wants to call transfer_to_accounts" in played.out
    assert "Accounts wants to call close_account" in played.out
    assert played.requests[1]["instructions"].startswith("You open and close accounts.")
    assert played.outputs(2)[1]["output"] == "The account of Ana Lopez is closed."
