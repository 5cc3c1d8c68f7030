"""Lines of the plans can be handed to a partner as responsibilities can."""

import django.db.models.deletion
from django.db import migrations, models

_LIVE = models.Q(("status__in", ["proposed", "active"]))

_FILL = """
UPDATE engagements_delegation AS d SET engagement_id = r.engagement_id
FROM engagements_responsibility AS r WHERE r.id = d.responsibility_id
"""


def _to(model: str, *, null: bool = True) -> models.ForeignKey:
    return models.ForeignKey(
        blank=null,
        null=null,
        on_delete=django.db.models.deletion.CASCADE,
        related_name="delegations",
        to=f"engagements.{model}",
    )


class Migration(migrations.Migration):
    dependencies = [("engagements", "0008_signatures_have_a_side")]

    operations = [
        migrations.AddField("delegation", "engagement", _to("engagement")),
        migrations.RunSQL(_FILL, migrations.RunSQL.noop),
        migrations.AlterField("delegation", "engagement", _to("engagement", null=False)),
        migrations.AlterField("delegation", "responsibility", _to("responsibility")),
        migrations.AddField("delegation", "remediation", _to("remediationitem")),
        migrations.AddField("delegation", "success", _to("successitem")),
        migrations.AddConstraint(
            "delegation",
            models.UniqueConstraint(condition=_LIVE, fields=("remediation",), name="delegation_one_a_remediation"),
        ),
        migrations.AddConstraint(
            "delegation",
            models.UniqueConstraint(condition=_LIVE, fields=("success",), name="delegation_one_a_success"),
        ),
        migrations.AddConstraint(
            "delegation",
            models.CheckConstraint(
                condition=models.Q(
                    models.Q(("remediation__isnull", True), ("responsibility__isnull", False), ("success__isnull", True)),
                    models.Q(("remediation__isnull", False), ("responsibility__isnull", True), ("success__isnull", True)),
                    models.Q(("remediation__isnull", True), ("responsibility__isnull", True), ("success__isnull", False)),
                    _connector="OR",
                ),
                name="delegation_of_one_item",
            ),
        ),
    ]
