"""What follows when something happens in an engagement."""

from engagements.reactions import engagement, evidence, meetings, plans

__all__ = ["engagement", "evidence", "meetings", "plans"]
