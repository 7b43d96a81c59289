"""files.*: apps upload a file in three steps, and share it with the last."""

from aiohttp import web

from bot.workspace.as_slack import file_json
from bot.workspace.model import File, Message
from bot.workspace.web_api.call import ApiError, Call, Method
from bot.workspace.web_api.chat import thread_to_write_in, where_to_write
from bot.workspace.web_api.content import read_text
from bot.workspace.wire import JsonObject, objects, text
from bot.workspace.world import World

_LARGEST = 8 * 1024 * 1024


async def serve_upload(world: World, request: web.Request) -> web.StreamResponse:
    """`POST /upload/SECRET`: the content of a file, as many bytes as were announced."""
    content = await request.read()
    if not world.uploads.receive(request.match_info["secret"], content):
        return web.Response(status=404, text="no such upload, or another length than was announced")
    return web.Response(text=f"OK - {len(content)}")


def _place(call: Call) -> JsonObject:
    name, length = call.required("filename"), call.required("length")
    if not length.isascii() or not length.isdecimal() or not 0 < int(length) <= _LARGEST:
        raise ApiError(
            "invalid_arguments", response_metadata={"messages": ["[ERROR] length must be a number of bytes"]}
        )
    secret, upload = call.world.uploads.begin(call.app, name, length=int(length))
    return {"upload_url": f"{call.world.place.url}/upload/{secret}", "file_id": upload.file_id}


def _complete(call: Call) -> JsonObject:
    asked = objects(call.json("files"))
    if not asked:
        raise _wrong("[ERROR] missing required field: files")
    files = [_uploaded(call, one) for one in asked]
    if call.string("channel_id"):
        _share(call, files)
    for file in files:
        call.world.uploads.end(file.id)
    return {"files": [file_json(file, user=call.app.bot_user_id) for file in files]}


def _uploaded(call: Call, asked: JsonObject) -> File:
    file = call.world.uploads.find(text(asked.get("id")), call.app)
    if file is None:
        raise ApiError("file_not_found")
    return file.but(title=text(asked.get("title")))


def _share(call: Call, files: list[File]) -> None:
    channel = where_to_write(call, "channel_id")
    message = Message(
        ts=call.state.stamps.next_ts(),
        channel=channel.id,
        user=call.app.bot_user_id,
        bot_id=call.app.bot_id,
        app_id=call.app.id,
        text=read_text(call, "initial_comment"),
        files=tuple(files),
        thread_ts=thread_to_write_in(call, channel),
    )
    call.world.posting.post(message)


def _wrong(message: str) -> ApiError:
    return ApiError("invalid_arguments", response_metadata={"messages": [message]})


METHODS = {
    "files.getUploadURLExternal": Method(_place, needs=("files:write",)),
    "files.completeUploadExternal": Method(_complete, needs=("files:write",)),
}
