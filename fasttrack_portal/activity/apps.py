"""App configuration."""

from django.apps import AppConfig


class ActivityConfig(AppConfig):
    name = "fasttrack_portal.activity"
    label = "activity"

    def ready(self) -> None:
        # Models are loaded by now; lists need them.
        from fasttrack_portal.lists import LISTS

        LISTS["activity:audit"] = "staff.machine_room"
