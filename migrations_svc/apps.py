"""App configuration."""

from django.apps import AppConfig


class MigrationsSvcConfig(AppConfig):
    name = "migrations_svc"
