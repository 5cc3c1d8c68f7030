"""Counts anew what boards and lists show of engagements, where something began to count that was there before."""

from time import perf_counter
from typing import Any

from django.core.management.base import BaseCommand

from engagements.operations import standing


class Command(BaseCommand):
    help = "Count anew what the board and the lists show of every engagement: once after an upgrade, or after a repair."

    def handle(self, *args: Any, **options: Any) -> None:
        began = perf_counter()
        count = standing.recount()
        self.stdout.write(f"{count:,} engagements were counted anew, in {perf_counter() - began:.0f} s.")
