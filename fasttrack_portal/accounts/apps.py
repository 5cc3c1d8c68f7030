"""App configuration."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "fasttrack_portal.accounts"
    label = "accounts"

    def ready(self) -> None:
        # Models are loaded by now; lists need them.
        from fasttrack_portal.lists import LISTS

        LISTS["accounts:people"] = "accounts.see_people"
