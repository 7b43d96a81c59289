"""Who is who in the default workspace."""

TEAM = "T0LOCAL"
BOT = "U0ASSENT"
OPS = "C0OPS"
