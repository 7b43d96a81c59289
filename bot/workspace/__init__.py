"""A local Slack: Web API, Socket Mode and a page, for trying a bot and for testing it end to end."""

from bot.workspace.config import Config, WorkspaceConfigError, load_config
from bot.workspace.server import Workspace

__all__ = ["Config", "Workspace", "WorkspaceConfigError", "load_config"]
