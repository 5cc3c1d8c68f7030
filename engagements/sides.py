"""A gate as its pages show it: each side with its name or the want of it, and what was frozen, in words of today."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from engagements.matrix import PARTIES
from engagements.milestones import PHASE_TITLES
from engagements.models import Agreement, Court, Engagement, ItemStatus, Signature


@dataclass(frozen=True)
class SideOfGate:
    """One side: who has signed for it, and whether it is the side of the person who looks."""

    code: str
    label: str
    name: str
    signature: Signature | None
    is_mine: bool


def sides_of(gate: Agreement, mine: str) -> list[SideOfGate]:
    """FastTrack and the customer, in this order."""
    signed = {each.side: each for each in gate.signatures.all()}
    return [
        SideOfGate(code, str(label), party_of(code, gate.engagement), signed.get(code), code == mine)
        for code, label in Signature.Side.choices
    ]


def party_of(side: str, engagement: Engagement) -> str:
    """The side by its name: FastTrack, or the customer as it calls itself."""
    return engagement.customer.name if side == Signature.Side.CUSTOMER else "FastTrack"


def frozen_page(snapshot: dict[str, Any]) -> dict[str, Any]:
    """A snapshot for the template: codes as words, days as days; it asks the database nothing."""
    return {
        "title": PHASE_TITLES.get(snapshot["phase"]["code"], snapshot["phase"]["code"]),
        "customer": snapshot["engagement"]["customer"],
        "number": snapshot["engagement"]["number"],
        "at": datetime.fromisoformat(snapshot["at"]),
        "reason": snapshot["reason"],
        "signatures": [
            {**each, "party": str(dict(Signature.Side.choices)[each["side"]]), "at": datetime.fromisoformat(each["at"])}
            for each in snapshot["signatures"]
        ],
        "items": [
            {
                **each,
                "party": str(PARTIES.get(each["party"], each["party"])),
                "holder": str(dict(Court.choices).get(each["holder"], "")),
                "status_label": str(dict(ItemStatus.choices).get(each["status"], each["status"])),
                "due_on": date.fromisoformat(each["due_on"]) if each["due_on"] else None,
                "evidence": "; ".join(each["evidence"]),
            }
            for each in snapshot["items"]
        ],
    }
