"""Who is who in the default workspace."""

from bot.approvals.people import Person

TEAM = "T0LOCAL"
BOT = "U0ASSENT"
OPS = "C0OPS"
ANA = Person(id="U0ANA", name="Ana Alves", team=TEAM)
