"""Weights of seats for the first rules, what open requests hold, and how many seats their customers had."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import OuterRef, Subquery

WEIGHTS = [("standard", 100), ("faculty", 100), ("student", 0)]
OPEN = ["submitted", "in_review", "needs_information"]


def fill(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    rule, weight = apps.get_model("assistance", "EligibilityRule"), apps.get_model("assistance", "SeatWeight")
    for version in rule.objects.values_list("rule_version", flat=True).distinct().order_by("rule_version"):
        weight.objects.bulk_create(
            [weight(rule_version=version, seat_class=code, percent=percent) for code, percent in WEIGHTS]
        )
    ask, held = apps.get_model("assistance", "AssistanceRequest"), apps.get_model("assistance", "AskService")
    customer = apps.get_model("directory", "Customer")
    seats = customer.objects.filter(pk=OuterRef("customer")).values("seats")
    ask.objects.filter(submitted_at__isnull=False).update(customer_seats=Subquery(seats))
    # Of two open requests for one service the first holds it.
    for row in ask.objects.filter(status__in=OPEN).order_by("submitted_at").iterator():
        held.objects.bulk_create(
            [
                held(ask=row, customer_id=row.customer_id, tenant_id=row.tenant_id, service=service)
                for service in sorted(set(row.services))
            ],
            ignore_conflicts=True,
        )


class Migration(migrations.Migration):
    dependencies = [("assistance", "0006_task_list")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
