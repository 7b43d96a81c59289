"""The make-believe fleet does what real ones do, and says what it cannot do."""

from datetime import timedelta
from functools import partial

import pytest

from bot.demo.fleet import MOST_REPLICAS, Fleet, FleetError, NoSuchService

NOON = 1_763_985_600.0


@pytest.fixture
def fleet() -> Fleet:
    return Fleet(clock=lambda: NOON)


def test_a_new_fleet_is_always_the_same(fleet: Fleet) -> None:
    assert [service.name for service in fleet.services] == ["web-1", "web-2", "api", "worker-1", "db-1"]
    assert fleet.service("worker-1").status == "degraded"
    assert fleet.service("api").replicas == 3


def test_a_restart_heals_and_begins_the_uptime_again(fleet: Fleet) -> None:
    assert fleet.uptime("worker-1") == timedelta(hours=9)
    restarted = fleet.restart("worker-1")
    assert (restarted.status, restarted.restarts) == ("healthy", 1)
    assert fleet.service("worker-1") == restarted
    assert fleet.uptime("worker-1") == timedelta(0)
    assert fleet.uptime("api") == timedelta(hours=31)


def test_scaling_changes_the_replicas_within_bounds(fleet: Fleet) -> None:
    assert fleet.scale("api", 8).replicas == 8
    for replicas in (0, -1, MOST_REPLICAS + 1):
        with pytest.raises(FleetError, match=f"Choose a number from 1 to {MOST_REPLICAS}"):
            fleet.scale("api", replicas)
    assert fleet.service("api").replicas == 8


def test_a_rotated_secret_is_new_and_stays_out_of_sight(fleet: Fleet) -> None:
    before = fleet.service("api").secret
    after = fleet.rotate_secret("api").secret
    assert len({before, after, fleet.service("db-1").secret}) == 3
    assert after not in repr(fleet.services)


def test_an_unknown_service_is_answered_with_those_there_are(fleet: Fleet) -> None:
    for deed in (fleet.service, fleet.uptime, fleet.restart, fleet.rotate_secret, partial(fleet.scale, replicas=2)):
        with pytest.raises(NoSuchService) as refused:
            deed("web-9")
        assert str(refused.value) == "There is no service 'web-9'. There are web-1, web-2, api, worker-1 and db-1."


def test_two_fleets_know_nothing_of_each_other(fleet: Fleet) -> None:
    Fleet().scale("api", 8)
    assert fleet.service("api").replicas == 3
