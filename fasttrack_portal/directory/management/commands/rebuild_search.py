"""Makes everything by which customers are found anew, while people go on searching."""

from time import perf_counter
from typing import Any

from django.core.management.base import BaseCommand

from fasttrack_portal.directory.indexing import rebuild


class Command(BaseCommand):
    help = "Make all texts of the search anew, and the list of words that are common in it; changes wait meanwhile."

    def handle(self, *args: Any, **options: Any) -> None:
        began = perf_counter()
        count = rebuild()
        self.stdout.write(f"{count:,} customers are in the search, in {perf_counter() - began:.0f} s.")
