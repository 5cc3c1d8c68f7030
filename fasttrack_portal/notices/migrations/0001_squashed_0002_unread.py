"""Everything of the notices at once, for a database that is new (decision 0015)."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [
        ('notices', '0001_initial'),
        ('notices', '0002_unread'),
    ]
    initial = True

    dependencies = [
        ('activity', '0002_append_only'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Notification',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('read_at', models.DateTimeField(blank=True, null=True)),
                ('event', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notifications', to='activity.event')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notifications', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'notification',
                'indexes': [models.Index(models.F('user'), models.OrderBy(models.F('created_at'), descending=True), name='notification_user'), models.Index(models.F('user'), condition=models.Q(('read_at', None)), name='notification_unread')],
                'constraints': [models.UniqueConstraint(fields=('user', 'event'), name='notification_once')],
            },
        ),
    ]
