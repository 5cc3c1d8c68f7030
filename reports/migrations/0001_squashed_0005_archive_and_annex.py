"""Everything of the reports at once, for a database that is new (decision 0015)."""

import django.db.models.deletion
import reports.models.made
import uuid
from django.conf import settings
from django.db import migrations, models

from fasttrack_portal.squashing import CreateModels


class Migration(migrations.Migration):

    replaces = [
        ('reports', '0001_initial'),
        ('reports', '0002_gathered'),
        ('reports', '0003_minutes'),
        ('reports', '0004_editions_rhythms_portfolios'),
        ('reports', '0005_archive_and_annex'),
    ]
    initial = True

    dependencies = [
        ('directory', '0005_common_words'),
        ('documents', '0001_initial'),
        ('engagements', '0012_minutes'),
        ('jobs', '0002_first_come_first_served'),
        ('migrations_svc', '0004_watching'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        CreateModels(
            models=[
                migrations.CreateModel(
                    name='EngagementRhythm',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ('version', models.PositiveIntegerField(default=1, editable=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('pace', models.CharField(choices=[('checkpoint', 'When a checkpoint meeting was held'), ('weekly', 'Every Monday at 9:00'), ('none', 'Not by themselves')], default='checkpoint', max_length=10, verbose_name='engagement reports come')),
                        ('engagement', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='report_rhythm', to='engagements.engagement')),
                    ],
                    options={
                        'verbose_name': 'rhythm of an engagement’s reports',
                    },
                ),
                migrations.CreateModel(
                    name='EventRhythm',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ('version', models.PositiveIntegerField(default=1, editable=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('before', models.CharField(choices=[('daily', 'Every day at 18:00'), ('weekly', 'Every Monday at 9:00'), ('none', 'Not by themselves')], default='weekly', max_length=6, verbose_name='until it starts')),
                        ('running', models.CharField(choices=[('daily', 'Every day at 18:00'), ('weekly', 'Every Monday at 9:00'), ('none', 'Not by themselves')], default='daily', max_length=6, verbose_name='while it runs')),
                        ('event', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='report_rhythm', to='migrations_svc.migrationevent')),
                    ],
                    options={
                        'verbose_name': 'rhythm of an event’s reports',
                    },
                ),
                migrations.CreateModel(
                    name='Report',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ('version', models.PositiveIntegerField(default=1, editable=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('kind', models.CharField(choices=[('status', 'Status report'), ('final', 'Final report'), ('engagement', 'Engagement report'), ('minutes', 'Minutes'), ('portfolio', 'Portfolio report')], max_length=12)),
                        ('status', models.CharField(choices=[('queued', 'Queued'), ('issued', 'Issued'), ('failed', 'Not made')], default='queued', max_length=8)),
                        ('period', models.CharField(max_length=120, unique=True)),
                        ('audience', models.CharField(choices=[('customer', 'The customer’s team'), ('executive', 'Executives: without names and records'), ('partner', 'The partner'), ('staff', 'FastTrack only'), ('all', 'Everybody in the engagement')], default='customer', max_length=9, verbose_name='for')),
                        ('edition', models.PositiveSmallIntegerField(default=1)),
                        ('reason', models.TextField(blank=True, max_length=500, verbose_name='why it is issued anew')),
                        ('first_day', models.DateField(blank=True, null=True, verbose_name='from')),
                        ('last_day', models.DateField(blank=True, null=True, verbose_name='until')),
                        ('filters', models.JSONField(blank=True, default=dict)),
                        ('snapshot', models.JSONField(blank=True, null=True)),
                        ('gathered_at', models.DateTimeField(blank=True, null=True)),
                        ('snapshot_sha256', models.CharField(blank=True, max_length=64)),
                        ('issued_at', models.DateTimeField(blank=True, null=True)),
                        ('archive', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='documents.storedfile')),
                        ('centre', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.fasttrackcenter')),
                        ('customer', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reports', to='directory.customer')),
                        ('engagement', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reports', to='engagements.engagement')),
                        ('event', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reports', to='migrations_svc.migrationevent')),
                        ('file', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='report', to='documents.storedfile')),
                        ('job', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='jobs.job')),
                        ('minutes', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reports', to='engagements.minutes')),
                        ('records', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='documents.storedfile')),
                        ('replaces', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replaced_by', to='reports.report')),
                        ('requested_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('seal', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='report', to='documents.seal')),
                    ],
                    options={
                        'verbose_name': 'report',
                        'indexes': [models.Index(fields=['engagement', '-created_at'], name='report_engagement'), models.Index(fields=['event', 'kind', '-gathered_at'], name='report_event'), models.Index(fields=['-created_at'], name='report_newest')],
                        'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('status', 'issued'), _negated=True), models.Q(('file__isnull', False), ('issued_at__isnull', False), ('seal__isnull', False), models.Q(('snapshot_sha256', ''), _negated=True)), _connector='OR'), name='report_issued_is_whole'), models.CheckConstraint(condition=models.Q(models.Q(('engagement__isnull', False), ('event__isnull', True), ('kind', 'engagement'), ('minutes__isnull', True)), models.Q(('engagement__isnull', False), ('event__isnull', False), ('kind__in', ['status', 'final']), ('minutes__isnull', True)), models.Q(('engagement__isnull', False), ('event__isnull', True), ('kind', 'minutes'), ('minutes__isnull', False)), models.Q(('engagement__isnull', True), ('event__isnull', True), ('kind', 'portfolio'), ('minutes__isnull', True)), _connector='OR'), name='report_about_one_thing'), models.CheckConstraint(condition=models.Q(models.Q(('audience', 'staff'), ('customer__isnull', True), ('kind', 'portfolio'), ('requested_by__isnull', False)), models.Q(models.Q(('kind', 'portfolio'), _negated=True), ('centre__isnull', False), ('customer__isnull', False)), _connector='OR'), name='report_belongs_to_somebody'), models.CheckConstraint(condition=models.Q(models.Q(('edition', 1), ('replaces__isnull', True)), models.Q(('edition__gt', 1), ('replaces__isnull', False), models.Q(('reason', ''), _negated=True)), _connector='OR'), name='report_reissue_says_why'), models.CheckConstraint(condition=models.Q(models.Q(('first_day__isnull', True), ('last_day__isnull', True)), ('last_day__gte', models.F('first_day')), _connector='OR'), name='report_days_in_order'), models.UniqueConstraint(condition=models.Q(('status', 'failed'), _negated=True), fields=('replaces',), name='report_replaced_once'), models.CheckConstraint(condition=models.Q(models.Q(('gathered_at__isnull', True), ('seal__isnull', True), ('snapshot__isnull', True), ('snapshot_sha256', '')), models.Q(('gathered_at__isnull', False), ('seal__isnull', False), ('snapshot__isnull', False), models.Q(('snapshot_sha256', ''), _negated=True)), _connector='OR'), name='report_gathered_whole')],
                    },
                    bases=(reports.models.made.Made, models.Model),
                ),
                migrations.CreateModel(
                    name='Annex',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ('version', models.PositiveIntegerField(default=1, editable=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('parts_in_all', models.PositiveSmallIntegerField()),
                        ('made_at', models.DateTimeField(blank=True, null=True)),
                        ('job', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='jobs.job')),
                        ('requested_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('report', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='annex', to='reports.report')),
                    ],
                    options={
                        'verbose_name': 'annex',
                    },
                ),
                migrations.CreateModel(
                    name='AnnexPart',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('number', models.PositiveSmallIntegerField()),
                        ('annex', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='parts', to='reports.annex')),
                        ('file', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='documents.storedfile')),
                    ],
                    options={
                        'verbose_name': 'part of an annex',
                        'ordering': ['number'],
                        'constraints': [models.UniqueConstraint(fields=('annex', 'number'), name='annex_part_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Bundle',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ('version', models.PositiveIntegerField(default=1, editable=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('kind', models.CharField(choices=[('export', 'Reports in one file'), ('handover', 'Hand-over pack')], max_length=8)),
                        ('status', models.CharField(choices=[('queued', 'Queued'), ('ready', 'Ready'), ('failed', 'Not made'), ('retired', 'Removed')], default='queued', max_length=7)),
                        ('filters', models.JSONField(blank=True, default=dict)),
                        ('contents', models.JSONField(blank=True, default=list)),
                        ('ready_at', models.DateTimeField(blank=True, null=True)),
                        ('engagement', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='bundles', to='engagements.engagement')),
                        ('file', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='documents.storedfile')),
                        ('job', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='jobs.job')),
                        ('requested_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'verbose_name': 'bundle',
                        'indexes': [models.Index(fields=['requested_by', '-created_at'], name='bundle_of_a_person')],
                        'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('engagement__isnull', True), ('kind', 'export')), models.Q(('engagement__isnull', False), ('kind', 'handover')), _connector='OR'), name='bundle_of_a_list_or_an_engagement'), models.CheckConstraint(condition=models.Q(models.Q(('status', 'ready'), _negated=True), models.Q(('file__isnull', False), ('ready_at__isnull', False)), _connector='OR'), name='bundle_ready_has_a_file')],
                    },
                    bases=(reports.models.made.Made, models.Model),
                ),
            ],
        ),
    ]
