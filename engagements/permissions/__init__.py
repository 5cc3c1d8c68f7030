"""Who may do what in an engagement, and the words for what happened."""

from engagements.permissions import engagement, evidence, feeds, gates, matrix, meetings, plans

__all__ = ["engagement", "evidence", "feeds", "gates", "matrix", "meetings", "plans"]
