"""App configuration."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "fasttrack_portal.jobs"
    label = "jobs"
