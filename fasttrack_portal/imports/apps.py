"""App configuration."""

from django.apps import AppConfig


class ImportsConfig(AppConfig):
    name = "fasttrack_portal.imports"
    label = "imports"

    def ready(self) -> None:
        # Models are loaded by now; lists need them.
        from fasttrack_portal.lists import LISTS

        LISTS["imports:imports"] = "imports.import"
