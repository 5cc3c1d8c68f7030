"""What follows when something happens in an engagement."""

from engagements.reactions import delegations, engagement, gates, meetings

__all__ = ["delegations", "engagement", "gates", "meetings"]
