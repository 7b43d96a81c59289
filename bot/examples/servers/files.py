"""A small MCP server for text files: `files.py stdio`, or `files.py sse PORT`, or `files.py streamable-http PORT`.

It works on a copy of the sample files, which is gone when it ends.
"""

import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError

SAMPLES = Path(__file__).parent.parent / "sample_files"


def make_server(directory: Path) -> MCPServer:
    """A server for the files in a directory, and for none elsewhere."""
    server = MCPServer("files", log_level="WARNING")

    def file(name: str) -> Path:
        if name != Path(name).name or name.startswith("."):
            raise ToolError(f"{name!r} is no name of a file. Names have no directory in them.")
        return directory / name

    def existing(name: str) -> Path:
        if not (found := file(name)).is_file():
            raise ToolError(f"There is no file {name}. list_files tells which there are.")
        return found

    @server.tool(structured_output=False)
    def list_files() -> str:
        """List the names of all files."""
        return "\n".join(sorted(each.name for each in directory.iterdir()))

    @server.tool(structured_output=False)
    def read_file(name: str) -> str:
        """Read a file."""
        return existing(name).read_text()

    @server.tool(structured_output=False)
    def write_file(name: str, text: str) -> str:
        """Write a file; what it held before is lost."""
        file(name).write_text(text)
        return f"Wrote {name}, {len(text)} characters."

    @server.tool(structured_output=False)
    def delete_file(name: str) -> str:
        """Delete a file."""
        existing(name).unlink()
        return f"Deleted {name}."

    return server


if __name__ == "__main__":
    transport, *port = sys.argv[1:]
    with TemporaryDirectory() as copy:
        shutil.copytree(SAMPLES, copy, dirs_exist_ok=True)
        files = make_server(Path(copy))
        match transport:
            case "sse":
                files.run("sse", port=int(port[0]))
            case "streamable-http":
                files.run("streamable-http", port=int(port[0]))
            case _:
                files.run("stdio")
