"""The platform as a Django app: its commands and template tags, and the loading of every app's registries."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class PortalConfig(AppConfig):
    name = "fasttrack_portal"
    label = "portal"

    def ready(self) -> None:
        # Rules, reactions and job handlers register themselves when their module is imported.
        autodiscover_modules("permissions", "reactions", "tasks")
        import_module("fasttrack_portal.checks")
        # Models must be loaded before anything of the pages is imported.
        from fasttrack_portal.home.frame import install

        install()
