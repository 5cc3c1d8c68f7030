"""What follows when something happens in an engagement."""

from engagements.reactions import engagement, evidence, meetings

__all__ = ["engagement", "evidence", "meetings"]
