"""App configuration."""

from collections.abc import Iterable
from typing import cast

from django.apps import AppConfig
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from fasttrack_portal import design
from fasttrack_portal.http import Request


class AssistanceConfig(AppConfig):
    name = "assistance"

    def ready(self) -> None:
        design.nav_providers.append(_navigation)
        # Imported here: models must be loaded first.
        from fasttrack_portal.lists import LISTS

        LISTS["assistance:queue"] = "assistance.triage"
        LISTS["assistance:list"] = ""
        LISTS["assistance:offers"] = "assistance.see_offers"
        LISTS["assistance:loads"] = "assistance.see_loads"


def _navigation(request: HttpRequest) -> Iterable[design.NavEntry]:
    audience = cast(Request, request).user.audience
    entries = [design.NavEntry(_("Requests"), "assistance:list", "inbox-arrow-down", order=20)]
    if audience.is_staff:
        entries.insert(0, design.NavEntry(_("Queue"), "assistance:queue", "queue-list", order=18))
    if audience.partner_ids:
        entries.append(design.NavEntry(_("Offers"), "assistance:offers", "gift", order=25))
    return entries
