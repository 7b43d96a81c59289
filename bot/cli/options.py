"""Options and arguments that several commands have."""

from pathlib import Path
from typing import Annotated

import typer

Target = Annotated[str, typer.Argument(help="What to serve: module:attribute or path/to/file.py:attribute.")]
DataDir = Annotated[
    Path | None, typer.Option("--data-dir", metavar="DIR", help="Where files are kept. [default: .assent]")
]
Port = Annotated[int, typer.Option("--port", min=0, max=65535, help="The page's port; 0 takes a free one.")]
NoOpen = Annotated[bool, typer.Option("--no-open", help="Do not open the page in a browser.")]
