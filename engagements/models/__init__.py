"""What an engagement is made of: phases, responsibilities, milestones, plans and meetings."""

from engagements.models.delegations import DELEGATED, DelegatedItem, Delegation
from engagements.models.engagement import AT_REST, CoSpecialist, Engagement
from engagements.models.evidence import Attachment, Comment
from engagements.models.feeds import CalendarFeed
from engagements.models.items import UNMET, Court, CourtSpell, ItemStatus
from engagements.models.meetings import Meeting, MeetingSeries
from engagements.models.milestones import Milestone
from engagements.models.phases import Agreement, Phase, Signature
from engagements.models.plans import RemediationItem, SuccessItem
from engagements.models.responsibilities import Responsibility
from engagements.models.standing import BoardSettings
from engagements.models.template import Template, TemplateItem

__all__ = [
    "AT_REST",
    "DELEGATED",
    "UNMET",
    "Agreement",
    "Attachment",
    "BoardSettings",
    "CalendarFeed",
    "CoSpecialist",
    "Comment",
    "Court",
    "CourtSpell",
    "DelegatedItem",
    "Delegation",
    "Engagement",
    "ItemStatus",
    "Meeting",
    "MeetingSeries",
    "Milestone",
    "Phase",
    "RemediationItem",
    "Responsibility",
    "Signature",
    "SuccessItem",
    "Template",
    "TemplateItem",
]
