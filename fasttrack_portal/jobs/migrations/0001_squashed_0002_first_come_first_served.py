"""Everything of the jobs at once, for a database that is new (decision 0015)."""

import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [
        ('jobs', '0001_initial'),
        ('jobs', '0002_first_come_first_served'),
    ]
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Job',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('kind', models.CharField(max_length=80)),
                ('key', models.CharField(max_length=200)),
                ('lane', models.CharField(choices=[('light', 'Light'), ('heavy', 'Heavy')], default='light', max_length=5)),
                ('payload', models.JSONField(default=dict)),
                ('status', models.CharField(choices=[('waiting', 'Waiting'), ('running', 'Running'), ('done', 'Done'), ('parked', 'Parked')], default='waiting', max_length=8)),
                ('due_at', models.DateTimeField()),
                ('lease_until', models.DateTimeField(null=True)),
                ('owner', models.UUIDField(null=True)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('progress_done', models.PositiveIntegerField(default=0)),
                ('progress_total', models.PositiveIntegerField(default=0)),
                ('progress_label', models.CharField(blank=True, max_length=200)),
                ('error', models.TextField(blank=True)),
                ('result_url', models.CharField(blank=True, max_length=300)),
                ('finished_at', models.DateTimeField(null=True)),
                ('started_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'job',
                'indexes': [models.Index(condition=models.Q(('status', 'waiting')), fields=['lane', 'due_at', 'id'], name='job_due'), models.Index(condition=models.Q(('status', 'running')), fields=['lease_until'], name='job_leased'), models.Index(models.OrderBy(models.F('finished_at'), descending=True), name='job_finished')],
                'constraints': [models.UniqueConstraint(fields=('kind', 'key'), name='job_once'), models.CheckConstraint(condition=models.Q(models.Q(('status', 'running'), _negated=True), models.Q(('lease_until__isnull', False), ('owner__isnull', False)), _connector='OR'), name='job_running_is_leased')],
            },
        ),
    ]
