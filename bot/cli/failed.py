"""How a command says that it cannot do what was asked."""

import os


class CommandFailed(Exception):
    """The command did not do what was asked; the message is one line that says why and what to do."""


def port_refused(port: int, error: OSError, *, choose: str) -> CommandFailed:
    """That nothing can be served on the port, why, and with what to `choose` another."""
    why = os.strerror(error.errno) if error.errno else str(error)
    return CommandFailed(f"Port {port} cannot be used: {why}. Stop what uses it, or choose another with {choose}.")
