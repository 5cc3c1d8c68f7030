"""Makes the signed link by which the Microsoft 365 admin centre opens a prefilled request."""

import uuid
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from assistance import doors
from assistance.services import SERVICES
from fasttrack_portal.directory.models import Tenant


class Command(BaseCommand):
    help = "Print a link, good for 30 days, that opens a prefilled request for one tenant after sign-in."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--tenant", required=True, metavar="GUID", help="the tenant's id")
        parser.add_argument("--services", nargs="*", default=[], metavar="CODE", help=", ".join(SERVICES))

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            guid = uuid.UUID(options["tenant"])
        except ValueError:
            raise CommandError("A tenant id looks like 00000000-0000-0000-0000-0000000000c0.") from None
        if not Tenant.objects.filter(guid=guid).exists():
            raise CommandError("No tenant has this id.")
        if unknown := [code for code in options["services"] if code not in SERVICES]:
            raise CommandError(f"Not a service: {', '.join(unknown)}. Known: {', '.join(SERVICES)}.")
        path = reverse("assistance:admin_centre", kwargs={"token": doors.make(guid, options["services"])})
        self.stdout.write(settings.PUBLIC_URL.rstrip("/") + path)
