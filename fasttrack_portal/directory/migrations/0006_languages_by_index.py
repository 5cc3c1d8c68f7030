"""Which languages customers have is read from an index by steps, however many customers there are."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("directory", "0005_common_words"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="customer",
            index=models.Index(fields=["language"], name="customer_language"),
        ),
    ]
