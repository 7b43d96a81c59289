"""A server that sends whatever it is told to, over standard input and output: `raw_server.py ANSWERS`.

ANSWERS is a JSON file: what it answers to each method, `{"tools/list": {"result": ...}}`; under "tools/call" it may say
`{"write": TEXT}` to write just that, and under "noise" what it writes before everything else.
"""

import json
import sys
from pathlib import Path
from typing import Any

answers: dict[str, Any] = json.loads(Path(sys.argv[1]).read_text())
GREETING = {
    "protocolVersion": "2025-06-18",
    "capabilities": {"tools": {"listChanged": True}},
    "serverInfo": {"name": "raw", "version": "1"},
}
NOT_THERE = {"error": {"code": -32601, "message": "Method not found"}}


def write(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


write(answers.get("noise", ""))
for line in sys.stdin:
    request = json.loads(line)
    if "id" not in request:
        continue
    answer = answers.get(request["method"], {"result": GREETING} if request["method"] == "initialize" else NOT_THERE)
    text = answer.get("write", "")
    write(text or json.dumps({"jsonrpc": "2.0", "id": request["id"], **answer}) + "\n")
