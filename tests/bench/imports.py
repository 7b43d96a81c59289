"""Time and memory of an import, against that of the libraries alone: `python -m tests.bench.imports`."""

from __future__ import annotations

import json
import subprocess
import sys
from statistics import median

from tests.bench.measure import show, tell

_PROGRAM = """
import json, resource, time
began = time.perf_counter()
{imports}
spent = (time.perf_counter() - began) * 1000
print(json.dumps([spent, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))
"""
WAYS = {
    "openai + redis": "import redis.asyncio\nfrom openai import AsyncOpenAI\nfrom openai.types import responses",
    "bot.agents": "import redis.asyncio, bot.agents",
}
ROUNDS = 7


def main() -> None:
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in WAYS}
    for _ in range(ROUNDS):
        for name, imports in WAYS.items():
            program = _PROGRAM.format(imports=imports)
            told = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout
            spent, memory = json.loads(told)
            found[name].append((spent, memory))
    rows = {
        name: {"ms": median(each[0] for each in runs), "RSS MB": median(each[1] for each in runs)}
        for name, runs in found.items()
    }
    show("Import", rows)
    tell({"import": rows})


if __name__ == "__main__":
    main()
