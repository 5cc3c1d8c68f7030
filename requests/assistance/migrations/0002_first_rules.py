"""Version 1 of the eligibility rules (F9): 150 seats for guidance, 500 for migration."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

ROWS = [
    (0, 149, "not_yet", "Programme documentation: guidance starts at 150 seats"),
    (150, 499, "guidance", "Programme documentation: 150 to 499 seats, guidance only"),
    (500, None, "migration", "Process and expectations: mail and file migration from 500 seats"),
]


def add_rules(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    rule = apps.get_model("assistance", "EligibilityRule")
    for minimum, maximum, verdict, source in ROWS:
        rule.objects.create(
            rule_version=1, minimum_seats=minimum, maximum_seats=maximum, verdict=verdict, source=source
        )


class Migration(migrations.Migration):
    dependencies = [("assistance", "0001_initial")]
    operations = [migrations.RunPython(add_rules, migrations.RunPython.noop)]
