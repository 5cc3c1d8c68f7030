#!/usr/bin/env python
"""Django's command line for the portal; `./portal manage` calls it inside the right environment."""

import os
import sys

import fasttrack_portal  # noqa: F401  (adds the requests/ source root)

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fasttrack_portal.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
