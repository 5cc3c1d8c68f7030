"""Loads customers, tenants and domains from a CSV file; a million in minutes."""

import itertools
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from fasttrack_portal.accounts.models import User
from fasttrack_portal.directory import loading
from fasttrack_portal.output import csv_lines
from fasttrack_portal.refusals import Invalid


class Command(BaseCommand):
    help = f"Load customers from a CSV file in UTF-8 with the columns {', '.join(loading.COLUMNS)}."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--refused", type=Path, help="where refused rows go (default: FILE.refused.csv)")
        parser.add_argument(
            "--by", help="the e-mail of the person of FastTrack's staff who loads (default: the portal)"
        )
        parser.add_argument("--check", action="store_true", help="say what would come of it and keep nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        report = options["refused"] or path.with_name(f"{path.stem}.refused.csv")
        began = perf_counter()
        try:
            with path.open(encoding="utf-8-sig", newline="") as file:
                loaded = self._load(loading.load(file, by=self._by(options["by"]), is_trial=options["check"]), report)
        except OSError as problem:
            raise CommandError(f"{problem.filename}: {problem.strerror}") from None
        except Invalid as problem:
            raise CommandError(str(problem)) from None
        would = "would be " if options["check"] else ""
        self.stdout.write(
            f"{loaded.rows:,} rows in {perf_counter() - began:.0f} s: {loaded.customers:,} customers, "
            f"{loaded.tenants:,} tenants and {loaded.domains:,} domains {would}added."
        )
        if loaded.refused:
            self.stdout.write(f"{loaded.refused:,} rows were refused; they stand with their reasons in {report}.")

    def _load(self, found: Iterator[Any], report: Path) -> loading.Loaded:
        end: list[loading.Loaded] = []

        def rows() -> Iterator[Sequence[Any]]:
            for each in found:
                if isinstance(each, loading.Loaded):
                    end.append(each)
                else:
                    line, column, reason, cells = each
                    yield [line, column, reason, *cells]

        refused = rows()
        if (first := next(refused, None)) is not None:
            with report.open("w", encoding="utf-8", newline="") as file:
                header = ["line", "column", "reason", *loading.COLUMNS]
                file.writelines(csv_lines(header, itertools.chain([first], refused)))
        return end[0]

    def _by(self, email: str | None) -> User | None:
        if email is None:
            return None
        person = User.objects.filter(email__iexact=email, is_active=True).first()
        if person is None:
            raise CommandError(f"Nobody here has the address {email}.")
        return person
