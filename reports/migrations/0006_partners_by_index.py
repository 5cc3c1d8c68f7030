"""A partner's list of reports passes over the editions of all others by an index."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0005_archive_and_annex"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="report",
            index=models.Index(
                fields=["-id"], condition=Q(audience__in=["partner", "all"]), name="report_of_partners"
            ),
        ),
    ]
