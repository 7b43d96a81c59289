"""Agents to start from: each a file of its own that runs alone and, with `assent dev`, in a local Slack."""
