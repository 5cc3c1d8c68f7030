"""Who may do what in an engagement, and the words for what happened."""

from engagements.permissions import absences, engagement, evidence, feeds, gates, matrix, meetings, minutes, plans

__all__ = ["absences", "engagement", "evidence", "feeds", "gates", "matrix", "meetings", "minutes", "plans"]
