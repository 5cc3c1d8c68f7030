"""What follows when something happens in an engagement."""

from engagements.reactions import delegations, engagement, evidence, gates, meetings, minutes, plans, reminders

__all__ = ["delegations", "engagement", "evidence", "gates", "meetings", "minutes", "plans", "reminders"]
