"""Phases that stood before their gate when gates came in get one that can be signed."""

import uuid
from typing import Any

from django.db import migrations


def open_gates(apps: Any, schema_editor: Any) -> None:
    phase, agreement = (apps.get_model("engagements", name) for name in ("Phase", "Agreement"))
    ready = phase.objects.filter(status="ready").exclude(code="general").exclude(gates__status="open")
    agreement.objects.bulk_create(
        agreement(
            engagement_id=each.engagement_id,
            kind="gate",
            phase=each,
            status="open",
            public_id=uuid.uuid4(),
        )
        for each in ready
    )


class Migration(migrations.Migration):
    dependencies = [("engagements", "0004_template_for_all")]
    operations = [migrations.RunPython(open_gates, migrations.RunPython.noop)]
