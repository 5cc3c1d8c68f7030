"""Where people belong, invitations and reminders at once, for a database that is new (decision 0015)."""

import django.db.models.deletion
import django.db.models.functions.text
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [
        ('accounts', '0002_initial'),
        ('accounts', '0003_invitation'),
        ('accounts', '0004_reminder'),
    ]
    initial = True

    # Not with 0001: the directory needs people first, and what is here needs the directory.
    dependencies = [
        ('accounts', '0001_initial'),
        ('directory', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='membership',
            name='centre',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='directory.fasttrackcenter'),
        ),
        migrations.AddField(
            model_name='membership',
            name='customer',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='directory.customer'),
        ),
        migrations.AddField(
            model_name='membership',
            name='partner',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='directory.partner'),
        ),
        migrations.AddField(
            model_name='membership',
            name='user',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('centre__isnull', True), ('customer__isnull', False), ('partner__isnull', True), ('role__in', ['lead', 'project_manager', 'technical_lead', 'viewer'])), models.Q(('centre__isnull', True), ('customer__isnull', True), ('partner__isnull', False), ('role__in', ['partner_admin', 'partner_member'])), models.Q(('centre__isnull', False), ('customer__isnull', True), ('partner__isnull', True), ('role__in', ['specialist', 'manager'])), _connector='OR'), name='membership_one_organisation_and_its_roles'),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.UniqueConstraint(fields=('user', 'customer'), name='membership_once_a_customer'),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.UniqueConstraint(fields=('user', 'partner'), name='membership_once_a_partner'),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.UniqueConstraint(fields=('user', 'centre'), name='membership_once_a_centre'),
        ),
        migrations.CreateModel(
            name='Invitation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('email', models.EmailField(max_length=254, verbose_name='work e-mail')),
                ('role', models.CharField(choices=[('lead', 'Tenant lead'), ('project_manager', 'Project manager'), ('technical_lead', 'Technical lead'), ('viewer', 'Executive viewer'), ('partner_admin', 'Partner administrator'), ('partner_member', 'Partner'), ('specialist', 'FastTrack specialist'), ('manager', 'FastTrack manager')], max_length=20, verbose_name='role')),
                ('status', models.CharField(choices=[('pending', 'Invited'), ('accepted', 'Accepted'), ('withdrawn', 'Withdrawn'), ('expired', 'Expired')], default='pending', max_length=10)),
                ('nonce', models.CharField(max_length=32)),
                ('token_hash', models.CharField(max_length=64, unique=True)),
                ('sent_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('accepted_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('centre', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='invitations', to='directory.fasttrackcenter')),
                ('customer', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='invitations', to='directory.customer')),
                ('invited_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('partner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='invitations', to='directory.partner')),
            ],
            options={
                'verbose_name': 'invitation',
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('centre__isnull', True), ('customer__isnull', False), ('partner__isnull', True), ('role__in', ['lead', 'project_manager', 'technical_lead', 'viewer'])), models.Q(('centre__isnull', True), ('customer__isnull', True), ('partner__isnull', False), ('role__in', ['partner_admin', 'partner_member'])), models.Q(('centre__isnull', False), ('customer__isnull', True), ('partner__isnull', True), ('role__in', ['specialist', 'manager'])), _connector='OR'), name='invitation_one_organisation_and_its_roles'), models.UniqueConstraint(django.db.models.functions.text.Lower('email'), models.F('customer'), condition=models.Q(('status', 'pending')), name='invitation_once_a_customer'), models.UniqueConstraint(django.db.models.functions.text.Lower('email'), models.F('partner'), condition=models.Q(('status', 'pending')), name='invitation_once_a_partner'), models.UniqueConstraint(django.db.models.functions.text.Lower('email'), models.F('centre'), condition=models.Q(('status', 'pending')), name='invitation_once_a_centre')],
            },
        ),
        migrations.AddField(
            model_name='user',
            name='reminder',
            field=models.CharField(choices=[('day', 'A day before each'), ('hour', 'An hour before each'), ('digest', 'The afternoon before, all of a day in one mail'), ('none', 'Not at all')], default='day', max_length=6, verbose_name='reminder of meetings'),
        ),
    ]
