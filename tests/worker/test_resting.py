"""A conversation that is over is kept for a while and remembered; one that waits for people never ends."""

from __future__ import annotations

from tests.journeys.conversation import Conversation
from tests.journeys.house import Houses
from tests.store.until import until


async def test_a_conversation_that_is_over_has_an_end_until_it_goes_on(houses: Houses) -> None:
    house = await houses.open()
    conversation = await house.say("ana", "@assent restart web-1")
    card = await conversation.card()
    await conversation.rests()
    assert await without_an_end(conversation) >= {"run", "requests", "posts", "audit", "wake", "lease"}

    await conversation.approve("ben", card)
    await conversation.reply("web-1 was restarted")
    await conversation.is_quiet()
    await has_an_end(conversation)

    await conversation.say("ana", "@assent restart web-2")
    card = await conversation.card("web-2")
    await conversation.rests()
    assert await without_an_end(conversation) >= {"run", "session", "requests", "posts", "audit", "wake", "lease"}
    await conversation.reject("ben", card)
    await conversation.is_quiet()
    await has_an_end(conversation)


async def has_an_end(conversation: Conversation) -> None:
    async def found() -> bool:
        return not await without_an_end(conversation)

    await until(found)


async def without_an_end(conversation: Conversation) -> set[str]:
    """The keys of the thread that do not end by themselves."""
    store = conversation.store
    found = {key async for key in store.keys(f"assent:{conversation.thread.tag}:*")}
    return {key.partition("}:")[2] for key in found if await store.command("PTTL", key) == -1}
