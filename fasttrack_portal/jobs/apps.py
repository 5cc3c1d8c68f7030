"""App configuration."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "fasttrack_portal.jobs"
    label = "jobs"

    def ready(self) -> None:
        # Models are loaded by now; lists need them.
        from fasttrack_portal.lists import LISTS

        LISTS["jobs:jobs"] = "staff.machine_room"
