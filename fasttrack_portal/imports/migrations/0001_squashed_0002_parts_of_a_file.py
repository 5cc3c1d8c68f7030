"""Everything of the imports at once, for a database that is new (decision 0015)."""

import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models

from fasttrack_portal.squashing import CreateModels


class Migration(migrations.Migration):

    replaces = [
        ('imports', '0001_first'),
        ('imports', '0002_parts_of_a_file'),
    ]
    initial = True

    dependencies = [
        ('jobs', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        CreateModels(
            models=[
                migrations.CreateModel(
                    name='ImportPlan',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ('version', models.PositiveIntegerField(default=1, editable=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('name', models.CharField(max_length=200)),
                        ('counts', models.JSONField(default=dict)),
                        ('problem', models.TextField(blank=True)),
                        ('ignored_columns', models.JSONField(default=list)),
                        ('imported_at', models.DateTimeField(null=True)),
                        ('status', models.CharField(choices=[('reading', 'Being read'), ('unreadable', 'Cannot be read'), ('ready', 'Checked'), ('importing', 'Being imported'), ('stale', 'Overtaken'), ('imported', 'Imported')], default='reading', max_length=10)),
                        ('digest', models.CharField(blank=True, max_length=64)),
                        ('job', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='jobs.job')),
                        ('uploaded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'verbose_name': 'import',
                        'ordering': ['-pk'],
                        'abstract': False,
                    },
                ),
                migrations.CreateModel(
                    name='ImportPart',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('number', models.PositiveIntegerField()),
                        ('content', models.BinaryField()),
                        ('plan', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='parts', to='imports.importplan')),
                    ],
                    options={
                        'abstract': False,
                        'constraints': [models.UniqueConstraint(fields=('plan', 'number'), name='import_part_once')],
                    },
                ),
                migrations.CreateModel(
                    name='ImportLine',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('line', models.PositiveIntegerField()),
                        ('cells', models.JSONField(default=dict)),
                        ('outcome', models.CharField(choices=[('new', 'New'), ('changed', 'Changed'), ('unchanged', 'Unchanged'), ('refused', 'Refused')], max_length=9)),
                        ('errors', models.JSONField(default=list)),
                        ('is_broken', models.BooleanField(default=False)),
                        ('does', models.JSONField(default=list)),
                        ('plan', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='imports.importplan')),
                    ],
                    options={
                        'indexes': [models.Index(fields=['plan', 'outcome', 'line'], name='import_line_outcome')],
                        'constraints': [models.UniqueConstraint(fields=('plan', 'line'), name='import_line_once')],
                    },
                ),
            ],
        ),
    ]
