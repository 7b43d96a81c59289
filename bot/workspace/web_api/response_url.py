"""Answers through a response_url, or with the ack of a slash command."""

from aiohttp import web

from bot.workspace.model import App, Channel, Message
from bot.workspace.triggers import Answer
from bot.workspace.web_api.call import ApiError, Call
from bot.workspace.web_api.content import read_blocks, read_text
from bot.workspace.wire import JsonObject, an_object
from bot.workspace.world import World


async def serve_response(world: World, request: web.Request) -> web.StreamResponse:
    """`POST /response/SECRET`: 200 "ok", or 404 when the address has been used five times or is too old."""
    answer = world.triggers.use_answer(request.match_info["secret"])
    if answer is None:
        return web.Response(status=404, text="used_url")
    try:
        body = an_object(await request.json())
        _carry_out(world, answer, body)
    except ValueError:
        return web.Response(status=400, text="invalid_payload")
    except ApiError as error:
        return web.Response(status=400, text=error.error)
    return web.Response(text="ok")


def answer_command(world: World, app: App, channel: Channel, *, reader: str, answer: JsonObject) -> None:
    """Show what came with a command's ack: to `reader` alone, unless it says in_channel. An empty one shows nothing."""
    if answer.get("text") or answer.get("blocks"):
        call = Call("slash_command", answer, app, world)
        _post(call, channel.id, thread_ts="", reader=reader)


def _carry_out(world: World, answer: Answer, body: JsonObject) -> None:
    call = Call("response_url", body, world.state.people.apps[answer.app_id], world)
    original = world.state.messages.get(answer.channel, answer.ts, reader=answer.user)
    if call.flag("delete_original"):
        if original:
            world.posting.delete(original)
    elif call.flag("replace_original") and original:
        blocks, text = _body(call)
        world.posting.edit(original, original.but(text=text, blocks=blocks))
    else:
        _post(call, answer.channel, thread_ts=call.string("thread_ts") or answer.thread_ts, reader=answer.user)


def _post(call: Call, channel: str, *, thread_ts: str, reader: str) -> None:
    blocks, text = _body(call)
    call.world.posting.post(
        Message(
            ts=call.state.stamps.next_ts(),
            channel=channel,
            user=call.app.bot_user_id,
            bot_id=call.app.bot_id,
            app_id=call.app.id,
            text=text,
            blocks=blocks,
            thread_ts=thread_ts,
            only_for=None if call.string("response_type") == "in_channel" else reader,
        )
    )


def _body(call: Call) -> tuple[list[JsonObject], str]:
    """The blocks and the text; `markdown_text` is not taken here."""
    blocks, text = read_blocks(call) or [], read_text(call)
    if not blocks and not text:
        raise ApiError("no_text")
    return blocks, text
