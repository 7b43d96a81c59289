"""Memory across the runs of one conversation."""
