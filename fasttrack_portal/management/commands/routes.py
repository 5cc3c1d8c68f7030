"""Every address of the portal with its audience."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from fasttrack_portal.home.routes import routes


class Command(BaseCommand):
    help = "List every route with its name, methods' audience and pattern."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        found = routes()
        if options["json"]:
            self.stdout.write(json.dumps([route._asdict() for route in found], indent=1))
            return
        for route in found:
            self.stdout.write(f"{route.audience:10} {route.name:40} /{route.pattern}")
