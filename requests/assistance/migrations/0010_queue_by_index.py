"""The queue is read in the order of an index: what FastTrack owes first, and since when it is whose turn."""

from django.db import migrations, models
from django.db.models import Case, OrderBy, Q, Value, When
from django.db.models.functions import Coalesce


class Migration(migrations.Migration):
    dependencies = [
        ("assistance", "0009_turned_at"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="assistancerequest",
            index=models.Index(
                OrderBy(
                    Case(
                        When(status__in=("submitted", "in_review"), then=Value(True)),
                        default=Value(False),
                        output_field=models.BooleanField(),
                    ),
                    descending=True,
                ),
                Coalesce("turned_at", "submitted_at"),
                models.F("id"),
                condition=Q(status__in=("submitted", "in_review", "needs_information")),
                name="ask_queue",
            ),
        ),
    ]
