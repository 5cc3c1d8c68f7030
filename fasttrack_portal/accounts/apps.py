"""App configuration."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "fasttrack_portal.accounts"
    label = "accounts"
