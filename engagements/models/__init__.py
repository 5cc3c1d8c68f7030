"""What an engagement is made of: phases, responsibilities, milestones, plans and meetings."""

from engagements.models.absences import Absence
from engagements.models.delegations import DELEGATED, DelegatedItem, Delegation
from engagements.models.engagement import AT_REST, RUNNING, CoSpecialist, Engagement
from engagements.models.evidence import Attachment, Comment
from engagements.models.feeds import CalendarFeed
from engagements.models.items import MET, UNMET, Court, CourtSpell, ItemStatus
from engagements.models.meetings import Meeting, MeetingSeries
from engagements.models.milestones import Milestone
from engagements.models.minutes import Action, AgendaPoint, Attendance, Decision, Minutes
from engagements.models.phases import Agreement, Phase, Signature
from engagements.models.plans import SEVERE, RemediationItem, SuccessItem
from engagements.models.responsibilities import Responsibility
from engagements.models.slots import SlotRequest
from engagements.models.standing import BoardSettings
from engagements.models.template import Template, TemplateItem

__all__ = [
    "AT_REST",
    "DELEGATED",
    "MET",
    "RUNNING",
    "SEVERE",
    "UNMET",
    "Absence",
    "Action",
    "AgendaPoint",
    "Agreement",
    "Attachment",
    "Attendance",
    "BoardSettings",
    "CalendarFeed",
    "CoSpecialist",
    "Comment",
    "Court",
    "CourtSpell",
    "Decision",
    "DelegatedItem",
    "Delegation",
    "Engagement",
    "ItemStatus",
    "Meeting",
    "MeetingSeries",
    "Milestone",
    "Minutes",
    "Phase",
    "RemediationItem",
    "Responsibility",
    "Signature",
    "SlotRequest",
    "SuccessItem",
    "Template",
    "TemplateItem",
]
