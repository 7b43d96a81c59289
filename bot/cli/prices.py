"""The operator's file of prices, where there is one."""

from bot.agents import UserError
from bot.agents.pricing import Prices
from bot.config import CommonSettings, ConfigError


def prices_of(settings: CommonSettings) -> Prices | None:
    """The prices that `ASSENT_PRICES` names. Raises `ConfigError` when the file cannot be used."""
    if settings.prices is None:
        return None
    try:
        return Prices.load(settings.prices)
    except UserError as error:
        raise ConfigError(f"ASSENT_PRICES: {error}") from error
