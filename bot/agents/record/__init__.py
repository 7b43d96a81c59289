"""What is kept of a run, and what may change it."""
