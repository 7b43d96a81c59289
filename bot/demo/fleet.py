"""A small make-believe fleet, kept in memory: something to operate where nothing can break."""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta

MOST_REPLICAS = 50


class FleetError(Exception):
    """The fleet did nothing; the message says why, and what would work."""


class NoSuchService(FleetError):
    """No service has this name."""


@dataclass(frozen=True)
class Service:
    """One service of the fleet, as it runs now."""

    name: str
    replicas: int
    version: str
    started_at: float
    status: str = "healthy"
    restarts: int = 0
    secret: str = field(default="", repr=False)


class Fleet:
    """Five services that a demo may restart and scale as it likes. Every new fleet is the same but for its secrets."""

    def __init__(self, *, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._services = {service.name: service for service in _first_services(clock())}
        for name in self._services:
            self.rotate_secret(name)

    @property
    def services(self) -> tuple[Service, ...]:
        """All services, in the order in which they are always listed."""
        return tuple(self._services.values())

    def service(self, name: str) -> Service:
        """The service of this name. Raises `NoSuchService`, which says which there are."""
        if name not in self._services:
            raise NoSuchService(f"There is no service {name!r}. There are {_listed(list(self._services))}.")
        return self._services[name]

    def uptime(self, name: str) -> timedelta:
        """How long the service has run since it was last started."""
        return timedelta(seconds=max(0, int(self._clock() - self.service(name).started_at)))

    def restart(self, name: str) -> Service:
        """Start the service anew: its uptime begins again, and it is healthy."""
        service = self.service(name)
        return self._put(replace(service, started_at=self._clock(), status="healthy", restarts=service.restarts + 1))

    def scale(self, name: str, replicas: int) -> Service:
        """Run the service with so many replicas."""
        service = self.service(name)
        if not 1 <= replicas <= MOST_REPLICAS:
            raise FleetError(f"{name} cannot have {replicas} replicas. Choose a number from 1 to {MOST_REPLICAS}.")
        return self._put(replace(service, replicas=replicas))

    def rotate_secret(self, name: str) -> Service:
        """Give the service a new secret; the old one is gone."""
        return self._put(replace(self.service(name), secret=_new_secret()))

    def _put(self, service: Service) -> Service:
        self._services[service.name] = service
        return service


def _first_services(now: float) -> list[Service]:
    hour, day = 3600, 24 * 3600
    return [
        Service("web-1", replicas=2, version="4.2.1", started_at=now - 12 * day),
        Service("web-2", replicas=2, version="4.2.1", started_at=now - 12 * day),
        Service("api", replicas=3, version="7.0.3", started_at=now - 31 * hour),
        Service("worker-1", replicas=4, version="2.8.0", started_at=now - 9 * hour, status="degraded"),
        Service("db-1", replicas=1, version="16.4", started_at=now - 203 * day),
    ]


def _new_secret() -> str:
    return f"demo-{secrets.token_urlsafe(18)}"


def _listed(names: list[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}"
