"""What tokens cost, by a file of the operator's."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.agents.errors import UserError
from bot.agents.record.usage import Usage

_MILLION = Decimal(1_000_000)

_FORM = 'It holds a table for each model, like [models."gpt-5.1*"] with input = 1.25, cached = 0.125 and output = 10.'

Dollars = Annotated[Decimal, Field(ge=0, allow_inf_nan=False)]


class Price(BaseModel):
    """Dollars per million tokens; without `cached`, what the provider had in its cache costs as much as the rest."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    input: Dollars
    output: Dollars
    cached: Dollars | None = None

    def of(self, usage: Usage) -> Decimal:
        """What these tokens cost, in dollars."""
        cached = min(usage.cached_tokens, usage.input_tokens)
        from_cache = self.input if self.cached is None else self.cached
        fresh = usage.input_tokens - cached
        return (fresh * self.input + cached * from_cache + usage.output_tokens * self.output) / _MILLION


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    models: dict[str, Price] = Field(min_length=1)


@dataclass(frozen=True)
class Prices:
    """Prices by the names of models, which may have wildcards: "gpt-5.1*"."""

    models: Mapping[str, Price]

    @classmethod
    def load(cls, path: Path) -> Prices:
        """The prices in a TOML file. Raises `UserError` for one that cannot be read, saying where it is wrong."""
        try:
            told = tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
            return cls(_File.model_validate(told).models)
        except OSError as error:
            raise UserError(f"The prices in {path} cannot be read: {error.strerror}.") from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise UserError(f"The prices in {path} are no TOML ({error}). {_FORM}") from error
        except ValidationError as error:
            wrong = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors()[:5])
            raise UserError(f"The prices in {path} are wrong ({wrong}). {_FORM}") from error

    def price(self, model: str) -> Price | None:
        """That of the very name, else that of the longest pattern that fits."""
        if model in self.models:
            return self.models[model]
        fitting = [pattern for pattern in self.models if fnmatchcase(model, pattern)]
        return self.models[max(fitting, key=len)] if fitting else None

    def cost(self, usage: Usage, model: str) -> Decimal | None:
        """What a model's tokens cost in dollars, or None where the file has no price for it."""
        price = self.price(model)
        return price.of(usage) if price else None

    def total(self, used: Mapping[str, Usage]) -> Decimal | None:
        """What the tokens of several models cost together, or None where the price of one is not known."""
        costs = [self.cost(usage, model) for model, usage in used.items()]
        known = [cost for cost in costs if cost is not None]
        return sum(known, Decimal(0)) if len(known) == len(costs) else None
