"""When a request last changed courts stands on it: the queue reckoned it anew for each request that waits."""

from typing import Any

from django.db import migrations, models

_FROM_STORIES = """
UPDATE assistance_assistancerequest a SET turned_at = (
    SELECT max(e.at) FROM activity_event e
    WHERE e.thread = a.public_id AND e.kind IN ('assistance.asked_for_information', 'assistance.answered')
) WHERE a.status IN ('submitted', 'in_review', 'needs_information')"""


def from_stories(apps: Any, schema_editor: Any) -> None:
    schema_editor.execute(_FROM_STORIES)


class Migration(migrations.Migration):
    dependencies = [
        ("activity", "0001_initial"),
        ("assistance", "0008_offers_wait_for_consent"),
    ]

    operations = [
        migrations.AddField(
            model_name="assistancerequest",
            name="turned_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.RunPython(from_stories, migrations.RunPython.noop),
    ]
