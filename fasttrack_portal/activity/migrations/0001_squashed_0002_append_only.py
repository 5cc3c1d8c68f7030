"""Everything of the activity at once, for a database that is new (decision 0015)."""

import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models

# Events are never changed or removed, whatever code tries it.
FORWARD = """
CREATE FUNCTION activity_event_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'events are append-only' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER activity_event_append_only BEFORE UPDATE OR DELETE ON activity_event
    FOR EACH ROW EXECUTE FUNCTION activity_event_is_append_only();
"""
BACKWARD = """
DROP TRIGGER activity_event_append_only ON activity_event;
DROP FUNCTION activity_event_is_append_only();
"""


class Migration(migrations.Migration):

    replaces = [
        ('activity', '0001_initial'),
        ('activity', '0002_append_only'),
    ]
    initial = True

    dependencies = [
        ('directory', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Event',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('at', models.DateTimeField(auto_now_add=True, db_index=True)),
                ('kind', models.CharField(max_length=80)),
                ('subject_label', models.CharField(max_length=80)),
                ('subject_id', models.BigIntegerField()),
                ('thread', models.UUIDField()),
                ('internal', models.BooleanField(default=False)),
                ('url', models.CharField(blank=True, max_length=300)),
                ('data', models.JSONField(default=dict)),
                ('actor', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('centre', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.fasttrackcenter')),
                ('customer', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.customer')),
                ('partner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.partner')),
            ],
            options={
                'verbose_name': 'event',
                'indexes': [models.Index(fields=['thread', '-at'], name='event_thread'), models.Index(fields=['customer', '-at'], name='event_customer'), models.Index(fields=['subject_label', 'subject_id'], name='event_subject')],
            },
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
