"""App configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from fasttrack_portal import design


class RestConfig(AppConfig):
    name = "fasttrack_portal.rest"
    label = "rest"

    def ready(self) -> None:
        design.SETTINGS_PAGES.append((_("Access tokens"), "rest:tokens"))
