"""Pairs of common words stand in the search, too; all of its texts are written anew."""

from typing import Any

from django.db import migrations, models

from fasttrack_portal.directory.indexing import rebuild


def fill(apps: Any, schema_editor: Any) -> None:
    rebuild()


class Migration(migrations.Migration):
    dependencies = [
        ("directory", "0004_suggested_partners"),
    ]

    operations = [
        migrations.CreateModel(
            name="CommonWord",
            fields=[
                ("word", models.CharField(db_collation="C", max_length=60, primary_key=True, serialize=False)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="searchword",
            name="search_word_rank",
        ),
        migrations.AddConstraint(
            model_name="searchword",
            constraint=models.CheckConstraint(condition=models.Q(("rank__range", (0, 3))), name="search_word_rank"),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
