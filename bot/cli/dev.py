"""`assent dev`: the local workspace with an agent of one's own."""

from bot.app.logs import set_up_logs
from bot.app.target import load_target
from bot.cli.local import Local, serve_locally
from bot.cli.model import client_of, use_settings_for_models
from bot.cli.options import DataDir, NoOpen, Port, Target
from bot.cli.until_stopped import until_stopped
from bot.config import CommonSettings, drop_proxies, read_settings


def dev(target: Target, port: Port = 3030, data_dir: DataDir = None, no_open: NoOpen = False) -> None:
    """Try an agent of yours on this machine."""
    settings = read_settings(CommonSettings)
    set_up_logs(settings.log)
    local = Local(
        port=port,
        data_dir=data_dir or settings.data_dir,
        open_page=not no_open,
        heading=f"This is a local Slack in which {target} answers. Its tools are real.",
        to_type=["@assent and whatever your agent is for"],
    )
    until_stopped(_dev(target, local, settings))


async def _dev(target: str, local: Local, settings: CommonSettings) -> None:
    use_settings_for_models(settings, proxy=drop_proxies())
    async with load_target(target) as served:
        client_of(served)  # without a key it is better to say so now
        await serve_locally(served, local, settings=settings)
