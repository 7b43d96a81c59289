"""Benchmarks: each is run by itself, compares with a floor written by hand, and prints a table and a line of JSON."""
