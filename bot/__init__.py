"""Assent: a Slack bot whose agents ask before they act."""
