"""The lines of a template, grouped for its page."""

from collections.abc import Sequence
from dataclasses import dataclass

from engagements.matrix import MODES, PARTIES, condition_in_words
from engagements.milestones import PHASE_TITLES
from engagements.models import TemplateItem


@dataclass(frozen=True)
class Row:
    """One line, with its rules in words."""

    line: TemplateItem
    depth: int
    mode: str
    condition: str
    due: str


@dataclass(frozen=True)
class Block:
    """One side of one phase."""

    phase: str
    party: str
    rows: list[Row]


def blocks_of(lines: Sequence[TemplateItem]) -> list[Block]:
    blocks = []
    for phase, title in PHASE_TITLES.items():
        for party, label in PARTIES.items():
            rows = [row_of(line) for line in lines if (line.phase, line.party) == (phase, party)]
            if rows:
                blocks.append(Block(title, label, rows))
    return blocks


def row_of(line: TemplateItem) -> Row:
    due = f"{line.get_due_from_display()} {line.due_offset:+d}" if line.due_from else ""
    return Row(line, line.code.count("."), MODES[line.mode], condition_in_words(line), due.removesuffix(" +0"))
