"""Mistakes made on purpose in the code that nothing may get past, each with the test that finds it."""
