"""Who may do what in an engagement, and the words for what happened."""

from engagements.permissions import engagement, gates, matrix, meetings

__all__ = ["engagement", "gates", "matrix", "meetings"]
