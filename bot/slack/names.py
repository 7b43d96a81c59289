"""What our posts are called in a thread's record, where listeners and writer must agree."""


def file(request: str) -> str:
    """The file with all that a request is about, where that is too long for a form."""
    return f"file {request}"


def card(request: str) -> str:
    """The card of the request with that name."""
    return f"card {request}"
