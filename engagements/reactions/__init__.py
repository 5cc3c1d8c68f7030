"""What follows when something happens in an engagement."""

from engagements.reactions import delegations, engagement, meetings

__all__ = ["delegations", "engagement", "meetings"]
