"""Everything of the directory at once, for a database that is new (decision 0015)."""

import datetime
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
import fasttrack_portal.accounts.models
import uuid
from django.conf import settings
from django.db import migrations, models

from fasttrack_portal.squashing import CreateModels


class Migration(migrations.Migration):

    replaces = [
        ('directory', '0001_initial'),
        ('directory', '0002_search_index'),
        ('directory', '0003_consent_requests'),
        ('directory', '0004_suggested_partners'),
        ('directory', '0005_common_words'),
    ]
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        CreateModels(
            models=[
                migrations.CreateModel(
                    name='CommonWord',
                    fields=[
                        ('word', models.CharField(db_collation='C', max_length=60, primary_key=True, serialize=False)),
                    ],
                ),
                migrations.CreateModel(
                    name='FastTrackCenter',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ('version', models.PositiveIntegerField(default=1, editable=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('code', models.SlugField(max_length=20, unique=True, verbose_name='code')),
                        ('name', models.CharField(max_length=120, unique=True, verbose_name='name')),
                        ('zone', models.CharField(max_length=64, validators=[fasttrack_portal.accounts.models.validate_zone], verbose_name='time zone')),
                        ('country', models.CharField(help_text='Two letters; decides the public holidays.', max_length=2, verbose_name='country')),
                        ('subdivision', models.CharField(blank=True, max_length=10, verbose_name='region')),
                    ],
                    options={
                        'verbose_name': 'FastTrack Center',
                        'ordering': ['name'],
                    },
                ),
                migrations.CreateModel(
                    name='Partner',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ('version', models.PositiveIntegerField(default=1, editable=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('name', models.CharField(max_length=200, unique=True, verbose_name='partner')),
                    ],
                    options={
                        'verbose_name': 'partner',
                        'ordering': ['name'],
                    },
                ),
                migrations.CreateModel(
                    name='Customer',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ('version', models.PositiveIntegerField(default=1, editable=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('name', models.CharField(max_length=200, verbose_name='organisation')),
                        ('tpid', models.CharField(blank=True, max_length=12, validators=[django.core.validators.RegexValidator('^\\d{1,12}$', 'A TPID has 1 to 12 digits.')], verbose_name='TPID')),
                        ('seats', models.PositiveIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(0)], verbose_name='seats')),
                        ('country', models.CharField(default='US', max_length=2, verbose_name='country')),
                        ('language', models.CharField(default='en', max_length=10, verbose_name='language')),
                        ('zone', models.CharField(default='UTC', max_length=64, validators=[fasttrack_portal.accounts.models.validate_zone], verbose_name='time zone')),
                        ('centre', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='customers', to='directory.fasttrackcenter')),
                    ],
                    options={
                        'verbose_name': 'customer',
                        'indexes': [models.Index(fields=['tpid'], name='customer_tpid'), models.Index(django.db.models.functions.text.Lower('name'), models.F('id'), name='customer_by_name')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('tpid', ''), ('tpid__regex', '^[0-9]{1,12}$'), _connector='OR'), name='customer_tpid_digits'), models.CheckConstraint(condition=models.Q(('seats__isnull', True), ('seats__lte', 10000000), _connector='OR'), name='customer_seats')],
                    },
                ),
                migrations.CreateModel(
                    name='CenterHours',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('weekday', models.PositiveSmallIntegerField()),
                        ('opens', models.TimeField(default=datetime.time(9, 0))),
                        ('closes', models.TimeField(default=datetime.time(17, 0))),
                        ('centre', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='hours', to='directory.fasttrackcenter')),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('centre', 'weekday'), name='center_hours_once_a_weekday'), models.CheckConstraint(condition=models.Q(('weekday__lte', 6)), name='center_hours_weekday'), models.CheckConstraint(condition=models.Q(('opens__lt', models.F('closes'))), name='center_hours_open_before_close')],
                    },
                ),
                migrations.CreateModel(
                    name='CenterClosure',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('day', models.DateField()),
                        ('name', models.CharField(max_length=120)),
                        ('centre', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='closures', to='directory.fasttrackcenter')),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('centre', 'day'), name='center_closure_once_a_day')],
                    },
                ),
                migrations.CreateModel(
                    name='ConsentRequest',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ('version', models.PositiveIntegerField(default=1, editable=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('query', models.CharField(blank=True, max_length=253)),
                        ('is_suggested', models.BooleanField(default=False)),
                        ('status', models.CharField(choices=[('noted', 'Noted'), ('unmatched', 'Came to nothing'), ('asked', 'Waiting for the customer'), ('agreed', 'Agreed'), ('refused', 'Refused'), ('expired', 'Expired'), ('withdrawn', 'Taken back')], default='noted', max_length=10)),
                        ('expires_at', models.DateTimeField(blank=True, null=True)),
                        ('decided_at', models.DateTimeField(blank=True, null=True)),
                        ('requested_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('customer', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='consent_requests', to='directory.customer')),
                        ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.partner')),
                    ],
                    options={
                        'verbose_name': 'consent request',
                        'constraints': [models.UniqueConstraint(condition=models.Q(('status', 'asked')), fields=('partner', 'customer'), name='consent_asked_once'), models.CheckConstraint(condition=models.Q(('status__in', ['noted', 'unmatched']), ('customer__isnull', False), _connector='OR'), name='consent_of_a_customer')],
                    },
                ),
                migrations.CreateModel(
                    name='PartnerLink',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ('version', models.PositiveIntegerField(default=1, editable=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('status', models.CharField(choices=[('active', 'Active'), ('ended', 'Ended')], default='active', max_length=10)),
                        ('ended_at', models.DateTimeField(blank=True, null=True)),
                        ('consented_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('customer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='partner_links', to='directory.customer')),
                        ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='links', to='directory.partner')),
                    ],
                    options={
                        'verbose_name': 'partner link',
                        'indexes': [models.Index(fields=['customer', 'partner', 'status'], name='partner_link_customer')],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('status', 'active')), fields=('partner', 'customer'), name='partner_link_active_once')],
                    },
                ),
                migrations.CreateModel(
                    name='SearchWord',
                    fields=[
                        ('pk', models.CompositePrimaryKey('audience', 'rank', 'word', 'customer_id', blank=True, editable=False, primary_key=True, serialize=False)),
                        ('audience', models.BigIntegerField()),
                        ('rank', models.SmallIntegerField()),
                        ('word', models.CharField(db_collation='C', max_length=255)),
                        ('customer', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='directory.customer')),
                    ],
                    options={
                        'indexes': [models.Index(fields=['customer', 'audience', 'word'], name='search_word_customer')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('rank__range', (0, 3))), name='search_word_rank')],
                    },
                ),
                migrations.CreateModel(
                    name='Tenant',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ('version', models.PositiveIntegerField(default=1, editable=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('name', models.CharField(max_length=200, verbose_name='tenant')),
                        ('guid', models.UUIDField(unique=True, verbose_name='tenant id')),
                        ('customer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tenants', to='directory.customer')),
                    ],
                    options={
                        'verbose_name': 'tenant',
                        'ordering': ['pk'],
                    },
                ),
                migrations.CreateModel(
                    name='Domain',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('name', models.CharField(max_length=253, verbose_name='domain')),
                        ('is_verified', models.BooleanField(default=False)),
                        ('tenant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='domains', to='directory.tenant')),
                    ],
                    options={
                        'verbose_name': 'domain',
                        'constraints': [models.UniqueConstraint(django.db.models.functions.text.Lower('name'), condition=models.Q(('is_verified', True)), name='domain_verified_by_one_tenant'), models.UniqueConstraint(fields=('tenant', 'name'), name='domain_once_a_tenant')],
                    },
                ),
            ],
        ),
    ]
