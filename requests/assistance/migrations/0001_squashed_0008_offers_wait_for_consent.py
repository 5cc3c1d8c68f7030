"""Everything of the assistance at once, for a database that is new (decision 0015)."""

import django.contrib.postgres.fields
import django.db.models.deletion
import uuid
from django.apps.registry import Apps
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from fasttrack_portal.squashing import CreateModels

# Version 1 of the eligibility rules (F9): 150 seats for guidance, 500 for migration.
RULES = [
    (0, 149, "not_yet", "Programme documentation: guidance starts at 150 seats"),
    (150, 499, "guidance", "Programme documentation: 150 to 499 seats, guidance only"),
    (500, None, "migration", "Process and expectations: mail and file migration from 500 seats"),
]
WEIGHTS = [("standard", 100), ("faculty", 100), ("student", 0)]


def add_rules(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    rule, weight = apps.get_model("assistance", "EligibilityRule"), apps.get_model("assistance", "SeatWeight")
    for minimum, maximum, verdict, source in RULES:
        rule.objects.create(
            rule_version=1, minimum_seats=minimum, maximum_seats=maximum, verdict=verdict, source=source
        )
    weight.objects.bulk_create(weight(rule_version=1, seat_class=code, percent=percent) for code, percent in WEIGHTS)


class Migration(migrations.Migration):

    replaces = [
        ('assistance', '0001_initial'),
        ('assistance', '0002_first_rules'),
        ('assistance', '0003_question'),
        ('assistance', '0004_lists_by_index'),
        ('assistance', '0005_triage'),
        ('assistance', '0006_task_list'),
        ('assistance', '0007_weights_and_held_services'),
        ('assistance', '0008_offers_wait_for_consent'),
    ]
    initial = True

    dependencies = [
        ('directory', '0004_suggested_partners'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        CreateModels(
            models=[
                migrations.CreateModel(
                    name='AssistanceRequest',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ('version', models.PositiveIntegerField(default=1, editable=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('status', models.CharField(choices=[('draft', 'Draft'), ('submitted', 'Submitted'), ('in_review', 'In review'), ('needs_information', 'Needs information'), ('accepted', 'Accepted'), ('declined', 'Declined'), ('withdrawn', 'Withdrawn')], default='draft', max_length=20)),
                        ('kind', models.CharField(choices=[('microsoft365', 'Assistance with Microsoft 365'), ('app_assure', 'App Assure')], default='microsoft365', max_length=12)),
                        ('channel', models.CharField(choices=[('site', 'FastTrack site'), ('partner', 'FastTrack site, by partner'), ('admin_centre', 'Microsoft 365 admin centre')], default='site', max_length=12)),
                        ('submitted_at', models.DateTimeField(blank=True, null=True)),
                        ('contact_name', models.CharField(blank=True, max_length=120, verbose_name='contact')),
                        ('contact_email', models.EmailField(blank=True, max_length=254, verbose_name='work e-mail of the contact')),
                        ('contact_phone', models.CharField(blank=True, max_length=40, verbose_name='phone')),
                        ('contact_role', models.CharField(blank=True, max_length=80, verbose_name='role of the contact')),
                        ('services', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=20), blank=True, default=list, size=None, verbose_name='services')),
                        ('seats', models.PositiveIntegerField(blank=True, null=True, verbose_name='seats')),
                        ('is_education', models.BooleanField(default=False, verbose_name='school or university')),
                        ('student_seats', models.PositiveIntegerField(blank=True, null=True, verbose_name='student seats')),
                        ('plan_family', models.CharField(blank=True, choices=[('microsoft365', 'Microsoft 365'), ('ems', 'Enterprise Mobility + Security'), ('windows', 'Windows')], max_length=12, verbose_name='plan family')),
                        ('country', models.CharField(blank=True, max_length=2, verbose_name='country')),
                        ('language', models.CharField(blank=True, max_length=10, verbose_name='language')),
                        ('zone', models.CharField(blank=True, max_length=64, verbose_name='time zone')),
                        ('tpid', models.CharField(blank=True, max_length=12, verbose_name='TPID')),
                        ('desired_on', models.DateField(blank=True, null=True, verbose_name='desired date')),
                        ('business_reason', models.TextField(blank=True, max_length=4000, verbose_name='business reason')),
                        ('success_owners', models.TextField(blank=True, max_length=4000, verbose_name='success owners')),
                        ('owners', models.JSONField(blank=True, default=list, verbose_name='success owners')),
                        ('stakeholders', models.TextField(blank=True, max_length=2000, verbose_name='stakeholders')),
                        ('scenarios', models.TextField(blank=True, max_length=2000, verbose_name='scenarios')),
                        ('awareness', models.TextField(blank=True, max_length=2000, verbose_name='awareness')),
                        ('training', models.TextField(blank=True, max_length=2000, verbose_name='training')),
                        ('wants_migration', models.BooleanField(default=False, verbose_name='migration wanted')),
                        ('migration_sources', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=20), blank=True, default=list, size=None, verbose_name='where the data is now')),
                        ('mailboxes', models.PositiveIntegerField(blank=True, null=True, verbose_name='mailboxes')),
                        ('data_gb', models.PositiveIntegerField(blank=True, null=True, verbose_name='gigabytes of data')),
                        ('partner_name', models.CharField(blank=True, max_length=200, verbose_name='partner that helps')),
                        ('partner_consent', models.BooleanField(default=False, verbose_name='FastTrack may talk to the partner')),
                        ('app_name', models.CharField(blank=True, max_length=120, verbose_name='application')),
                        ('app_vendor', models.CharField(blank=True, max_length=120, verbose_name='vendor')),
                        ('app_version', models.CharField(blank=True, max_length=60, verbose_name='application version')),
                        ('app_platform', models.CharField(blank=True, choices=[('windows', 'Windows'), ('windows_arm', 'Windows on Arm'), ('virtual_desktop', 'Azure Virtual Desktop'), ('windows365', 'Windows 365'), ('apps', 'Microsoft 365 Apps'), ('edge', 'Microsoft Edge')], max_length=20, verbose_name='platform')),
                        ('app_fails', models.TextField(blank=True, max_length=4000, verbose_name='what fails')),
                        ('app_users', models.PositiveIntegerField(blank=True, null=True, verbose_name='users affected')),
                        ('app_impact', models.TextField(blank=True, max_length=2000, verbose_name='business impact')),
                        ('app_steps', models.TextField(blank=True, max_length=4000, verbose_name='steps to reproduce')),
                        ('saved_sections', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=20), blank=True, default=list, size=None)),
                        ('notes', models.TextField(blank=True, max_length=4000, verbose_name='notes')),
                        ('question', models.TextField(blank=True, max_length=2000, verbose_name='question')),
                        ('decision_reason', models.TextField(blank=True, max_length=2000, verbose_name='reason')),
                        ('decision_code', models.CharField(blank=True, max_length=16)),
                        ('verdict', models.CharField(blank=True, max_length=10)),
                        ('verdict_rule_version', models.PositiveIntegerField(blank=True, null=True)),
                        ('verdict_sentence', models.TextField(blank=True)),
                        ('customer_seats', models.PositiveIntegerField(blank=True, null=True)),
                        ('centre', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='asks', to='directory.fasttrackcenter')),
                        ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('customer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='asks', to='directory.customer')),
                        ('partner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='asks', to='directory.partner')),
                        ('reviewer', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('tenant', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='asks', to='directory.tenant')),
                    ],
                    options={
                        'verbose_name': 'request',
                        'indexes': [models.Index(fields=['centre', 'status', '-submitted_at'], name='ask_centre'), models.Index(fields=['customer', '-submitted_at'], name='ask_customer'), models.Index(fields=['partner', '-submitted_at'], name='ask_partner'), models.Index(fields=['-submitted_at', '-id'], name='ask_newest'), models.Index(condition=models.Q(('status__in', ['submitted', 'in_review'])), fields=['submitted_at', 'id'], name='ask_waiting')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('status__in', ['draft', 'withdrawn']), models.Q(('desired_on__isnull', False), ('kind', 'microsoft365'), ('submitted_at__isnull', False), models.Q(('business_reason', ''), _negated=True), models.Q(('success_owners', ''), _negated=True)), models.Q(('kind', 'app_assure'), ('submitted_at__isnull', False), models.Q(('app_name', ''), _negated=True), models.Q(('app_fails', ''), _negated=True)), _connector='OR'), name='ask_complete_once_submitted'), models.CheckConstraint(condition=models.Q(('seats__isnull', True), ('seats__lte', 10000000), _connector='OR'), name='ask_seats'), models.CheckConstraint(condition=models.Q(('student_seats__isnull', True), ('student_seats__lte', 10000000), _connector='OR'), name='ask_student_seats'), models.CheckConstraint(condition=models.Q(('tpid', ''), ('tpid__regex', '^[0-9]{1,12}$'), _connector='OR'), name='ask_tpid_digits')],
                    },
                ),
                migrations.CreateModel(
                    name='AskService',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('service', models.CharField(max_length=20)),
                        ('customer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='directory.customer')),
                        ('tenant', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='directory.tenant')),
                        ('ask', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='held', to='assistance.assistancerequest')),
                    ],
                    options={
                        'verbose_name': 'service asked for',
                        'constraints': [models.UniqueConstraint(condition=models.Q(('tenant__isnull', False)), fields=('tenant', 'service'), name='ask_service_once_a_tenant'), models.UniqueConstraint(condition=models.Q(('tenant__isnull', True)), fields=('customer', 'service'), name='ask_service_once_a_customer')],
                    },
                ),
                migrations.CreateModel(
                    name='Capacity',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ('version', models.PositiveIntegerField(default=1, editable=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('engagements', models.PositiveSmallIntegerField(verbose_name='engagements at a time')),
                        ('languages', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=10), blank=True, default=list, size=None, verbose_name='languages')),
                        ('user', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='capacity', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'verbose_name': 'capacity',
                    },
                ),
                migrations.CreateModel(
                    name='EligibilityRule',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ('version', models.PositiveIntegerField(default=1, editable=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('rule_version', models.PositiveIntegerField(verbose_name='version')),
                        ('minimum_seats', models.PositiveIntegerField(verbose_name='from seats')),
                        ('maximum_seats', models.PositiveIntegerField(blank=True, null=True, verbose_name='to seats')),
                        ('verdict', models.CharField(choices=[('not_yet', 'Not yet eligible'), ('guidance', 'Guidance only'), ('migration', 'Guidance and migration')], max_length=10)),
                        ('source', models.CharField(max_length=200, verbose_name='source')),
                    ],
                    options={
                        'verbose_name': 'eligibility rule',
                        'ordering': ['-rule_version', 'minimum_seats'],
                        'constraints': [models.UniqueConstraint(fields=('rule_version', 'minimum_seats'), name='eligibility_rule_once'), models.CheckConstraint(condition=models.Q(('maximum_seats__isnull', True), ('maximum_seats__gte', models.F('minimum_seats')), _connector='OR'), name='eligibility_rule_range')],
                    },
                ),
                migrations.CreateModel(
                    name='Joining',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('joined_at', models.DateTimeField(auto_now_add=True)),
                        ('ask', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='joinings', to='assistance.assistancerequest')),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'verbose_name': 'joining',
                        'constraints': [models.UniqueConstraint(fields=('ask', 'user'), name='joining_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Offer',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ('version', models.PositiveIntegerField(default=1, editable=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('status', models.CharField(choices=[('consent', 'Waiting for the customer’s consent'), ('not_sent', 'Not sent'), ('offered', 'Offered'), ('accepted', 'Accepted'), ('declined', 'Declined'), ('expired', 'Expired'), ('withdrawn', 'Withdrawn')], default='offered', max_length=10)),
                        ('offered_at', models.DateTimeField()),
                        ('expires_at', models.DateTimeField()),
                        ('services', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=20), default=list, size=None, verbose_name='services')),
                        ('seats_band', models.CharField(blank=True, max_length=30, verbose_name='seats')),
                        ('country', models.CharField(max_length=2, verbose_name='country')),
                        ('wanted_month', models.DateField(blank=True, null=True, verbose_name='wanted for')),
                        ('reason_code', models.CharField(blank=True, choices=[('full', 'We are full'), ('skills', 'We do not offer these services'), ('place', 'We do not work in this country or language'), ('time', 'The time does not suit us'), ('other', 'Another reason')], max_length=10)),
                        ('reason', models.TextField(blank=True, max_length=2000, verbose_name='reason')),
                        ('decided_at', models.DateTimeField(blank=True, null=True)),
                        ('ask', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='offers', to='assistance.assistancerequest')),
                        ('centre', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='offers', to='directory.fasttrackcenter')),
                        ('consent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.consentrequest')),
                        ('customer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='offers', to='directory.customer')),
                        ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('offered_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='offers', to='directory.partner')),
                    ],
                    options={
                        'verbose_name': 'offer',
                        'indexes': [models.Index(fields=['partner', 'status', '-offered_at'], name='offer_partner'), models.Index(fields=['centre', '-offered_at'], name='offer_centre'), models.Index(condition=models.Q(('status', 'consent')), fields=['customer', 'partner'], name='offer_waiting_consent')],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('ask__isnull', False), ('status__in', ['consent', 'offered'])), fields=('ask', 'partner'), name='offer_open_once'), models.UniqueConstraint(condition=models.Q(('ask__isnull', True), ('status__in', ['consent', 'offered'])), fields=('customer', 'partner'), name='offer_of_customer_open_once'), models.UniqueConstraint(condition=models.Q(('status', 'accepted')), fields=('ask',), name='offer_one_partner_a_request'), models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('offered_at'))), name='offer_expires_later'), models.CheckConstraint(condition=models.Q(models.Q(('status__in', ['consent', 'not_sent']), _negated=True), ('consent__isnull', False), _connector='OR'), name='offer_waits_for_one')],
                    },
                ),
                migrations.CreateModel(
                    name='PartnerPause',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ('version', models.PositiveIntegerField(default=1, editable=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('until', models.DateTimeField()),
                        ('partner', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='pause', to='directory.partner')),
                    ],
                    options={
                        'verbose_name': 'pause of a partner',
                    },
                ),
                migrations.CreateModel(
                    name='SeatWeight',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('rule_version', models.PositiveIntegerField(verbose_name='version')),
                        ('seat_class', models.CharField(choices=[('standard', 'Seats'), ('faculty', 'Faculty and staff seats'), ('student', 'Student seats')], max_length=10, verbose_name='class')),
                        ('percent', models.PositiveSmallIntegerField(default=100, verbose_name='per cent that count')),
                    ],
                    options={
                        'verbose_name': 'weight of seats',
                        'constraints': [models.UniqueConstraint(fields=('rule_version', 'seat_class'), name='seat_weight_once'), models.CheckConstraint(condition=models.Q(('percent__lte', 100)), name='seat_weight_percent')],
                    },
                ),
                migrations.CreateModel(
                    name='TriageSettings',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ('version', models.PositiveIntegerField(default=1, editable=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('review_days', models.PositiveSmallIntegerField(default=2, verbose_name='working days until a request is overdue')),
                        ('first_reminder_days', models.PositiveSmallIntegerField(default=2, verbose_name='working days until the first reminder')),
                        ('second_reminder_days', models.PositiveSmallIntegerField(default=5, verbose_name='working days until the second reminder')),
                        ('capacity', models.PositiveSmallIntegerField(default=40, verbose_name='engagements a specialist can carry')),
                        ('offer_reminder_days', models.PositiveSmallIntegerField(default=2, verbose_name='working days until a partner is reminded')),
                        ('offer_expiry_days', models.PositiveSmallIntegerField(default=7, verbose_name='days until an offer expires')),
                        ('pause_days', models.PositiveSmallIntegerField(default=30, verbose_name='days a partner’s pause lasts')),
                    ],
                    options={
                        'verbose_name': 'settings of triage',
                        'constraints': [models.CheckConstraint(condition=models.Q(('pk', 1)), name='triage_settings_one_row')],
                    },
                ),
            ],
        ),
        migrations.RunPython(add_rules, migrations.RunPython.noop),
    ]
