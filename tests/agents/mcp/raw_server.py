"""A server that sends whatever it is told to, over standard input and output: `raw_server.py ANSWERS`.

ANSWERS is a JSON file: what it answers to each method, one time after the other, `{"tools/list": [{"result": ...}]}`,
the last one again and again. `{"write": TEXT}` is written as it is, `{"first": TEXT, ...}` before the answer, and what
is under "noise" before everything else.
"""

import json
import sys
from pathlib import Path
from typing import Any

told: dict[str, list[dict[str, Any]]] = json.loads(Path(sys.argv[1]).read_text())
GREETING = {
    "protocolVersion": "2025-06-18",
    "capabilities": {"tools": {"listChanged": True}},
    "serverInfo": {"name": "raw", "version": "1"},
}
USUAL: dict[str, list[dict[str, Any]]] = {"initialize": [{"result": GREETING}], "noise": [{}]}
NOT_THERE = {"error": {"code": -32601, "message": "Method not found"}}


def write(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


answers = USUAL | told
write(answers["noise"][0].get("write", ""))
for line in sys.stdin:
    request = json.loads(line)
    if "id" not in request:
        continue
    left = answers.get(request["method"], [NOT_THERE])
    answer = dict(left.pop(0) if len(left) > 1 else left[0])
    write(answer.pop("first", ""))
    write(answer.get("write") or json.dumps({"jsonrpc": "2.0", "id": request["id"], **answer}) + "\n")
