"""App configuration."""

from collections.abc import Iterable

from django.apps import AppConfig
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from fasttrack_portal import design


class AssistanceConfig(AppConfig):
    name = "assistance"

    def ready(self) -> None:
        design.nav_providers.append(_navigation)


def _navigation(request: HttpRequest) -> Iterable[design.NavEntry]:
    return [design.NavEntry(_("Requests"), "assistance:list", "inbox-arrow-down", order=20)]
