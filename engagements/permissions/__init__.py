"""Who may do what in an engagement, and the words for what happened."""

from engagements.permissions import engagement, gates, meetings

__all__ = ["engagement", "gates", "meetings"]
