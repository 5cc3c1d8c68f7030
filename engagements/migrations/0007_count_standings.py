"""Counts what boards and lists show for the engagements that are there, and when their customers were heard of last."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

from django.db import migrations

from fasttrack_portal.directory.calendars import WorkingCalendar, local_to_utc, public_holidays

_COUNT = """
UPDATE engagements_engagement AS e SET
    phase_code = COALESCE(p.code, ''), phase_ends_on = p.planned_end_on,
    next_milestone = COALESCE(m.title, ''), next_on = m.planned_on, next_baseline_on = m.baseline_on,
    with_fasttrack = COALESCE(h.ours, 0), with_customer = COALESCE(h.theirs, 0), stuck = COALESCE(h.stuck, 0),
    fasttrack_since = h.ours_since, customer_since = h.theirs_since
FROM engagements_engagement AS c
LEFT JOIN LATERAL (
    SELECT code, planned_end_on FROM engagements_phase
    WHERE engagement_id = c.id AND status IN ('in_progress', 'ready')
    AND code IN ('initiate', 'assess', 'remediate', 'enable') ORDER BY position LIMIT 1
) AS p ON TRUE
LEFT JOIN LATERAL (
    SELECT title, planned_on, baseline_on FROM engagements_milestone
    WHERE engagement_id = c.id AND status IN ('planned', 'in_progress')
    AND NOT (code = 'checkpoints' AND status = 'in_progress')
    ORDER BY planned_on NULLS LAST, position LIMIT 1
) AS m ON TRUE
LEFT JOIN LATERAL (
    SELECT count(*) FILTER (WHERE holder = 'fasttrack') AS ours,
        count(*) FILTER (WHERE holder IN ('customer', 'partner')) AS theirs,
        count(*) FILTER (WHERE status = 'blocked') AS stuck,
        min(held_since) FILTER (WHERE holder = 'fasttrack') AS ours_since,
        min(held_since) FILTER (WHERE holder IN ('customer', 'partner')) AS theirs_since
    FROM engagements_responsibility WHERE engagement_id = c.id AND holder <> ''
) AS h ON TRUE
WHERE c.id = e.id
"""
# The last act of somebody of the customer's side, or the opening.
_HEARD = """
SELECT e.id, c.zone, c.country, e.created_at, max(v.at)
FROM engagements_engagement AS e JOIN directory_customer AS c ON c.id = e.customer_id
LEFT JOIN (activity_event AS v JOIN accounts_membership AS m ON m.user_id = v.actor_id)
    ON v.thread = e.public_id AND m.customer_id = e.customer_id
GROUP BY e.id, c.zone, c.country, e.created_at
"""
_COLD_DAYS = 10


def count(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(_COUNT)
        cursor.execute(_HEARD)
        for pk, zone, country, opened, acted in cursor.fetchall():
            since = acted or opened
            cursor.execute(
                "UPDATE engagements_engagement SET customer_acted_at = %s, silent_since = %s, cold_at = %s"
                " WHERE id = %s",
                [acted, since, _cold_at(zone, country, since), pk],
            )


def _cold_at(zone, country, since):
    try:
        closed = public_holidays(country, None, range(since.year, since.year + 2))
    except ValueError:
        closed = {}
    calendar = WorkingCalendar(zone, dict.fromkeys(range(5), (time(9), time(17))), closure_names=closed)
    day = calendar.add_working_days(since.astimezone(ZoneInfo(zone)).date(), _COLD_DAYS)
    return local_to_utc(datetime.combine(day, time.min), zone)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_invitation"),
        ("activity", "0002_append_only"),
        ("engagements", "0006_board"),
    ]

    operations = [migrations.RunPython(count, migrations.RunPython.noop, elidable=True)]
