"""What an engagement is made of: phases, responsibilities, milestones and meetings."""

from engagements.models.engagement import Engagement, Milestone, Phase, Responsibility
from engagements.models.meetings import Meeting, MeetingSeries

__all__ = ["Engagement", "Meeting", "MeetingSeries", "Milestone", "Phase", "Responsibility"]
