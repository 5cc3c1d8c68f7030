"""Version 1 of the responsibility template, and the engagements that were opened before templates had versions."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import F
from django.utils import timezone

from engagements import matrix


def add_template(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    template = apps.get_model("engagements", "Template").objects.create(
        number=1, status="published", published_at=timezone.now()
    )
    item = apps.get_model("engagements", "TemplateItem")
    item.objects.bulk_create(item(template=template, **matrix.row_of(line, place)) for place, line in enumerate(matrix.items()))
    apps.get_model("engagements", "Engagement").objects.filter(template=None).update(template=template)
    responsibility = apps.get_model("engagements", "Responsibility")
    for line in matrix.items():
        due_from, due_offset = matrix.due_of(line)
        responsibility.objects.filter(code=line.id).update(
            condition=line.condition, choice=line.choice, due_from=due_from, due_offset=due_offset
        )
    responsibility.objects.exclude(due_on=None).update(is_due_own=True)
    milestone = apps.get_model("engagements", "Milestone")
    milestone.objects.filter(baseline_on=None).exclude(planned_on=None).update(baseline_on=F("planned_on"))


class Migration(migrations.Migration):
    dependencies = [("engagements", "0002_running")]
    operations = [migrations.RunPython(add_template, migrations.RunPython.noop)]
