"""Fuzzing: each is run by itself with a number of inputs, and tells what came of them or names the one that failed."""
