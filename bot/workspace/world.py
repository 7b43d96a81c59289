"""The parts of a running workspace, as its doors (Web API, control API) use them."""

from collections.abc import Callable
from dataclasses import dataclass, field

from bot.workspace.config import Config
from bot.workspace.delivery import Delivery
from bot.workspace.faults import Faults
from bot.workspace.journal import Journal
from bot.workspace.posting import Posting
from bot.workspace.socket_mode import Sockets
from bot.workspace.state import State
from bot.workspace.triggers import Triggers
from bot.workspace.uploads import Uploads


@dataclass
class Place:
    """Where the workspace is served: "http://127.0.0.1:3030", set once the port is known."""

    url: str = ""


@dataclass(frozen=True)
class World:
    """State, and what changes it or tells of it."""

    state: State
    journal: Journal
    faults: Faults
    sockets: Sockets
    delivery: Delivery
    posting: Posting
    triggers: Triggers
    uploads: Uploads
    place: Place = field(default_factory=Place)

    def reset(self) -> None:
        """Forget what was said, shown, ordered and logged; people, channels, tokens and connections stay."""
        self.faults.clear()
        self.journal.clear()
        self.triggers.clear()
        self.uploads.clear()
        self.delivery.drop()
        self.state.clear()


def make_world(config: Config, *, clock: Callable[[], float]) -> World:
    state = State(config, clock=clock)
    journal, faults = Journal(), Faults()
    sockets = Sockets(changes=state.changes, clock=clock)
    delivery = Delivery(config, sockets=sockets, journal=journal, faults=faults, clock=clock)
    return World(
        state=state,
        journal=journal,
        faults=faults,
        sockets=sockets,
        delivery=delivery,
        posting=Posting(state, delivery),
        triggers=Triggers(clock=clock, lives_for=config.trigger_lives_for),
        uploads=Uploads(),
    )
