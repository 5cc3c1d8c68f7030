from django.db import migrations, models

# What happened says when; of two issues of one title in one event both get the later time. An issue that nothing tells
# of, which the portal itself never makes, counts as resolved when it was reported.
_AS_IT_WAS_TOLD = """
    UPDATE migrations_svc_issue i
    SET resolved_at = COALESCE((
        SELECT max(e.at) FROM activity_event e
        WHERE e.kind = 'migrations.issue_resolved' AND e.subject_id = i.event_id
        AND e.subject_label = 'migrations_svc.MigrationEvent' AND e.data ->> 'issue' = i.title
    ), i.created_at)
    WHERE i.status = 'resolved'
"""


class Migration(migrations.Migration):

    dependencies = [
        ('activity', '0002_append_only'),
        ('migrations_svc', '0008_files_with_states'),
    ]

    operations = [
        migrations.AddField(
            model_name='issue',
            name='resolved_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.RunSQL(_AS_IT_WAS_TOLD, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name='issue',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('resolved_at__isnull', True), ('status', 'open')), models.Q(('resolved_at__isnull', False), ('status', 'resolved')), _connector='OR'), name='issue_resolved_at_some_time'),
        ),
    ]
