"""App configuration."""

from typing import cast

from django.apps import AppConfig
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from fasttrack_portal import design
from fasttrack_portal.http import Request


def _on_the_rail(request: HttpRequest) -> list[design.NavEntry]:
    is_staff = cast(Request, request).user.audience.is_staff
    board = [design.NavEntry(_("Board"), "engagements:board", "bars-arrow-down", order=28)] if is_staff else []
    return [
        *board,
        design.NavEntry(_("Engagements"), "engagements:list", "rocket-launch", order=30),
        design.NavEntry(_("Meetings"), "engagements:all_meetings", "calendar-days", order=40),
    ]


class EngagementsConfig(AppConfig):
    name = "engagements"

    def ready(self) -> None:
        design.nav_providers.append(_on_the_rail)
        # Models are loaded by now; the module needs them.
        from assistance import loads
        from engagements import foresight, overview
        from fasttrack_portal.activity import models as events
        from fasttrack_portal.directory import following
        from fasttrack_portal.lists import LISTS

        loads.engagement_providers.append(overview.engagements_in_hand)
        events.thread_providers.append(overview.threads_helped)
        following.foreseers.append(lambda changed, at: foresight.if_directory_changed(changed, at=at))
        design.SETTINGS_PAGES.append((_("Calendar"), "engagements:feeds"))
        LISTS["engagements:list"] = ""
        LISTS["engagements:board"] = "engagements.see_board"
        LISTS["engagements:all_meetings"] = ""
