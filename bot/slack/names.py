"""What our posts are called in a thread's record, where listeners and writer must agree."""


def card(request: str) -> str:
    """The card of the request with that name."""
    return f"card {request}"
