"""App configuration."""

from django.apps import AppConfig


class DirectoryConfig(AppConfig):
    name = "fasttrack_portal.directory"
    label = "directory"

    def ready(self) -> None:
        # Models are loaded by now; lists need them.
        from fasttrack_portal.lists import LISTS

        LISTS["directory:customers"] = ""
        LISTS["directory:partners"] = ""
