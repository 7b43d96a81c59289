"""Slack: what people see there, what they send, and what is written into a thread."""
