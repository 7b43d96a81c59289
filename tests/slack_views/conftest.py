"""No property has a deadline here: a busy machine would fail it."""

from hypothesis import settings

settings.register_profile("untimed", deadline=None, max_examples=200)
settings.load_profile("untimed")
