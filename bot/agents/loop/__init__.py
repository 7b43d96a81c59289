"""The one loop that drives runs, and the one gate that their calls pass."""
