"""Counting where engagements stand, and remembering when their customers were heard of last.

Both are part of the move that changes them; the move tells the story, so there is no event here."""

from collections.abc import Iterable
from datetime import datetime

from django.db import connection

from engagements.models import BoardSettings, Engagement
from engagements.silence import calendar_for, cold_at
from fasttrack_portal.directory.models import Customer

# What lies in the courts in an app above: a SELECT of holder, held_since and status each, in the engagement `c.id`.
MORE_HELD: list[str] = []
# One statement for one engagement or for all: what lies in the courts, the phase, the next milestone, open signatures.
_COUNT = """
UPDATE engagements_engagement AS e SET
    phase_code = COALESCE(p.code, ''), phase_ends_on = p.planned_end_on,
    next_milestone = COALESCE(m.title, ''), next_on = m.planned_on, next_baseline_on = m.baseline_on,
    with_fasttrack = COALESCE(h.ours, 0), with_customer = COALESCE(h.theirs, 0), stuck = COALESCE(h.stuck, 0),
    fasttrack_since = h.ours_since, customer_since = h.theirs_since,
    signing = COALESCE(s.of, ''), signing_waits_for = COALESCE(s.waits_for, ''),
    signing_unmet = COALESCE(s.unmet, 0), signing_since = s.created_at
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
    FROM (
        SELECT holder, held_since, status FROM engagements_responsibility WHERE engagement_id = c.id AND holder <> ''
        UNION ALL SELECT holder, held_since, status FROM engagements_remediationitem
            WHERE engagement_id = c.id AND holder <> ''
        UNION ALL SELECT holder, held_since, status FROM engagements_successitem
            WHERE engagement_id = c.id AND holder <> ''
        UNION ALL SELECT holder, held_since, '' FROM engagements_milestone WHERE engagement_id = c.id AND holder <> ''
        UNION ALL SELECT holder, held_since, '' FROM engagements_action WHERE engagement_id = c.id AND holder <> ''
        {more}
    ) AS held
) AS h ON TRUE
LEFT JOIN LATERAL (
    SELECT a.created_at, CASE a.kind WHEN 'gate' THEN g.code ELSE 'remediation_plan' END AS of,
        CASE count(x.id) WHEN 0 THEN 'both' ELSE CASE min(x.side) WHEN 'customer' THEN 'fasttrack' ELSE 'customer' END
        END AS waits_for,
        CASE a.kind WHEN 'gate' THEN (
            SELECT count(*) FROM engagements_responsibility AS r WHERE r.engagement_id = c.id AND r.phase = g.code
            AND r.status IN ('open', 'in_progress', 'waiting', 'blocked')
        ) ELSE 0 END AS unmet
    FROM engagements_agreement AS a
    LEFT JOIN engagements_phase AS g ON g.id = a.phase_id
    LEFT JOIN engagements_signature AS x ON x.agreement_id = a.id
    WHERE a.engagement_id = c.id AND a.status = 'open' AND a.kind <> 'minutes'
    GROUP BY a.id, g.id ORDER BY (min(x.side) = 'fasttrack') NULLS FIRST, a.created_at LIMIT 1
) AS s ON TRUE
WHERE c.id = e.id
"""


def recount(*engagements: int) -> int:
    """Counts anew what the engagements with these keys show in lists and on the board; all of them without a key.
    Returns how many.

    Whoever moves something in an engagement at the same time waits, so that the last count is of the last state."""
    count = _COUNT.replace("{more}", " ".join(f"UNION ALL {held}" for held in MORE_HELD))
    with connection.cursor() as cursor:
        if not engagements:
            cursor.execute(count)
            return cursor.rowcount
        keys = [list(engagements)]
        cursor.execute("SELECT id FROM engagements_engagement WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE", keys)
        cursor.execute(count + " AND c.id = ANY(%s)", keys)
        return cursor.rowcount


def heard(engagement: Engagement, *, at: datetime) -> None:
    """Silence begins anew: the engagement was started or resumed."""
    Engagement._base_manager.filter(pk=engagement.pk).update(**silence_from(engagement.customer, at))


def customer_acted(engagement: Engagement, *, at: datetime) -> None:
    """Somebody of the customer's side did something: one UPDATE."""
    rows = Engagement._base_manager.filter(pk=engagement.pk)
    rows.update(customer_acted_at=at, **silence_from(engagement.customer, at))


def silence_from(customer: Customer, at: datetime) -> dict[str, datetime]:
    """Since when the customer is silent, and from when on it is going cold: fields of an engagement."""
    return {"silent_since": at, "cold_at": cold_at(calendar_for(customer, at), at, BoardSettings.current().cold_days)}


def count_silence(days: int, engagements: Iterable[Engagement]) -> None:
    """Another number of days: from when on each of these customers is going cold."""
    changed = []
    for engagement in engagements:
        if engagement.silent_since:
            calendar = calendar_for(engagement.customer, engagement.silent_since)
            engagement.cold_at = cold_at(calendar, engagement.silent_since, days)
            changed.append(engagement)
    Engagement._base_manager.bulk_update(changed, ["cold_at"], batch_size=1_000)
