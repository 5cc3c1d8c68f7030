"""The statements with which lists are compared and written: sets of rows, decided in the database.

What a line comes to is said once, in `_OUTCOME`: the plan is stored by it, checked again by it, and held against it
when it is carried out. Parameters by name: plan, event, project, unfinished."""

# Fresh lines have no statistics, and pairing them one by one would take minutes.
IN_SETS = "SET LOCAL enable_nestloop = off"
LINES = """migrations_svc_listline
    (plan_id, line, raw, faults, kind, source_address, target_address, display_name, size_bytes)"""
# Records of other events of the project that are still to move.
_OTHERS = """
    others AS MATERIALIZED (
        SELECT lower(r.source_address) AS source, r.kind, min(e.id) AS event
        FROM migrations_svc_migrationrecord r JOIN migrations_svc_migrationevent e ON e.id = r.event_id
        WHERE e.project_id = %(project)s AND e.id <> %(event)s AND e.status = ANY(%(unfinished)s)
        GROUP BY 1, 2)
"""
# Lines that name the same record as one before them.
_FIRSTS = """
    firsts AS MATERIALIZED (
        SELECT lower(source_address) AS source, kind, min(line) AS line FROM migrations_svc_listline
        WHERE plan_id = %(plan)s AND source_address <> '' AND kind <> '' GROUP BY 1, 2 HAVING count(*) > 1)
"""
# What a cell leaves empty stays as it is.
_OUTCOME = """
    CASE
        WHEN l.is_faulty OR f.line IS NOT NULL OR o.event IS NOT NULL THEN 'refused'
        WHEN r.id IS NULL THEN 'new'
        WHEN r.target_address = l.target_address
            AND (l.display_name = '' OR r.display_name = l.display_name)
            AND (l.size_bytes IS NULL OR r.size_bytes IS NOT DISTINCT FROM l.size_bytes) THEN 'unchanged'
        ELSE 'changed'
    END
"""
_BEFORE = """
    CASE WHEN r.id IS NULL THEN '{}'::jsonb ELSE
        CASE WHEN r.target_address <> l.target_address
            THEN jsonb_build_object('target_address', r.target_address) ELSE '{}' END
        || CASE WHEN l.display_name <> '' AND r.display_name <> l.display_name
            THEN jsonb_build_object('display_name', r.display_name) ELSE '{}' END
        || CASE WHEN l.size_bytes IS NOT NULL AND r.size_bytes IS DISTINCT FROM l.size_bytes
            THEN jsonb_build_object('size_bytes', r.size_bytes) ELSE '{}' END
    END
"""
_JOINED = """
    LEFT JOIN firsts f ON f.source = lower(l.source_address) AND f.kind = l.kind AND f.line < l.line
    LEFT JOIN others o ON NOT l.is_faulty AND o.source = lower(l.source_address) AND o.kind = l.kind
    LEFT JOIN migrations_svc_migrationrecord r ON NOT l.is_faulty AND r.event_id = %(event)s
        AND lower(r.source_address) = lower(l.source_address) AND r.kind = l.kind
"""
# The lines that come to something else than what is written beside them.
_DIFFERING = f"""
    WITH {_OTHERS}, {_FIRSTS}
    SELECT l.id, d.* FROM (
        SELECT *, faults <> '[]'::jsonb AS is_faulty FROM migrations_svc_listline WHERE plan_id = %(plan)s) l {_JOINED}
    CROSS JOIN LATERAL (
        SELECT {_OUTCOME} AS outcome, f.line AS first, o.event AS elsewhere, {_BEFORE} AS before) d
    WHERE (l.outcome, l.first, l.elsewhere_id, l.before) IS DISTINCT FROM (d.outcome, d.first, d.elsewhere, d.before)
"""  # noqa: S608 (constants of this module)
DECIDE = f"""
    UPDATE migrations_svc_listline l
    SET outcome = d.outcome, first = d.first, elsewhere_id = d.elsewhere, before = d.before
    FROM ({_DIFFERING}) d WHERE d.id = l.id
"""  # noqa: S608 (constants of this module)
OVERTAKEN = f"SELECT EXISTS ({_DIFFERING})"
COUNT = "SELECT outcome, count(*) FROM migrations_svc_listline WHERE plan_id = %(plan)s GROUP BY outcome"
_UNNAMED = """
    r.event_id = %(event)s AND NOT EXISTS (
        SELECT FROM migrations_svc_listline l
        WHERE l.plan_id = %(plan)s AND l.kind = r.kind AND lower(l.source_address) = lower(r.source_address))
"""
UNNAMED = f"SELECT count(*) FROM migrations_svc_migrationrecord r WHERE {_UNNAMED}"  # noqa: S608 (constants of this module)
UNLINK = f"""
    DELETE FROM migrations_svc_issue_records i USING migrations_svc_migrationrecord r
    WHERE i.migrationrecord_id = r.id AND {_UNNAMED}
"""  # noqa: S608 (constants of this module)
REMOVE = f"DELETE FROM migrations_svc_migrationrecord r WHERE {_UNNAMED}"  # noqa: S608 (constants of this module)
_INSERT = """
    INSERT INTO migrations_svc_migrationrecord
        (public_id, version, created_at, event_id, kind, source_address, target_address, display_name, size_bytes,
         status, message, doubted_status)
    SELECT {uuid}(), 1, now(), %(event)s, kind, source_address, target_address, display_name, size_bytes,
        'queued', '', ''
    FROM migrations_svc_listline WHERE plan_id = %(plan)s AND outcome = 'new' ORDER BY line
"""


def insert(*, in_order: bool) -> str:
    """Public ids in the order of time lie beside each other in their index; PostgreSQL makes them since 18."""
    return _INSERT.format(uuid="uuidv7" if in_order else "gen_random_uuid")


CHANGE = """
    UPDATE migrations_svc_migrationrecord r SET
        target_address = l.target_address,
        display_name = coalesce(nullif(l.display_name, ''), r.display_name),
        size_bytes = coalesce(l.size_bytes, r.size_bytes),
        version = r.version + 1
    FROM migrations_svc_listline l
    WHERE l.plan_id = %(plan)s AND l.outcome = 'changed' AND r.event_id = %(event)s AND r.kind = l.kind
        AND lower(r.source_address) = lower(l.source_address)
"""
# What was imported stands in the list; of the file only the refused lines are still of use.
FORGET = "DELETE FROM migrations_svc_listline WHERE plan_id = %(plan)s AND outcome <> 'refused'"
# The person stands in a cell of its own, or is the name of a mailbox.
FORGET_PERSON = """
    DELETE FROM migrations_svc_listline
    WHERE plan_id = %(plan)s AND (
        lower(%(person)s) IN (lower(source_address), lower(target_address), lower(display_name))
        OR strpos(chr(31) || lower(raw) || chr(31), chr(31) || lower(%(person)s) || chr(31)) > 0)
"""
