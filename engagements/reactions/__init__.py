"""What follows when something happens in an engagement."""

from engagements.reactions import engagement, meetings

__all__ = ["engagement", "meetings"]
