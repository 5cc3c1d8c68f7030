"""The search's texts anew: ranked, in the order of their bytes, under a primary key that is the index itself."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models.functions import Lower


class Migration(migrations.Migration):
    dependencies = [("directory", "0001_initial")]
    operations = [
        migrations.DeleteModel("SearchWord"),
        migrations.CreateModel(
            "SearchWord",
            [
                ("pk", models.CompositePrimaryKey("audience", "rank", "word", "customer_id", blank=True, editable=False, primary_key=True, serialize=False)),
                ("audience", models.BigIntegerField()),
                ("rank", models.SmallIntegerField()),
                ("word", models.CharField(db_collation="C", max_length=255)),
                ("customer", models.ForeignKey("directory.Customer", db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+")),
            ],
            options={
                "constraints": [models.CheckConstraint(condition=models.Q(("rank__range", (0, 2))), name="search_word_rank")],
                "indexes": [models.Index(fields=["customer", "audience", "word"], name="search_word_customer")],
            },
        ),
        migrations.RemoveIndex("Customer", "customer_name"),
        migrations.AddIndex("Customer", models.Index(Lower("name"), models.F("id"), name="customer_by_name")),
        # The texts are written in the migration of the common words: they need all the tables of today.
    ]
