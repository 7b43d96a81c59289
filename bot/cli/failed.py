"""How a command says that it cannot do what was asked."""


class CommandFailed(Exception):
    """The command did not do what was asked; the message is one line that says why and what to do."""
