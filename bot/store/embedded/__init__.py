"""A real Redis server as a child process, on a private socket, for a laptop, the demo and tests."""

from bot.store.embedded.binary import ServerBinary, find_server, find_servers
from bot.store.embedded.server import EmbeddedRedis, embedded_redis, running_url

__all__ = ["EmbeddedRedis", "ServerBinary", "embedded_redis", "find_server", "find_servers", "running_url"]
