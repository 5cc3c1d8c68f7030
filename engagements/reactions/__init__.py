"""What follows when something happens in an engagement."""

from engagements.reactions import engagement, gates, meetings

__all__ = ["engagement", "gates", "meetings"]
