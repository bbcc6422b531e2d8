"""The statement of a run: what the rules find opens, what they find no longer is mended."""

from collections.abc import Sequence

from portal.quality import transitions

# What the rules find now stands in `found`; what they no longer find is mended. An issue keeps the
# day on which it was first seen, hence its deadline. One that is as it was is left alone: writing
# it again, even in vain, would lock it against the clerk who mends it meanwhile.
RUN_RULES = """
WITH {frames} found (rule, severity, due_on, committee_id, dwelling_id, residence_id, object_id,
    subject, place, detail) AS ({found}),
opened AS (
    INSERT INTO {table} (id, committee_id, rule, severity, object_id, dwelling_id, residence_id,
        subject, place, detail, detected_on, due_on, state, first_seen_run)
    SELECT gen_random_uuid(), committee_id, rule, severity, object_id, dwelling_id,
        residence_id, left(subject, 80), left(place, 80), left(detail, 200), %(day)s, due_on,
        'open', %(run)s
    FROM found
    WHERE {is_news}
    ON CONFLICT (rule, object_id) WHERE state IN {standing} DO UPDATE
    SET committee_id = EXCLUDED.committee_id, severity = EXCLUDED.severity,
        dwelling_id = EXCLUDED.dwelling_id, subject = EXCLUDED.subject, place = EXCLUDED.place,
        detail = EXCLUDED.detail, {reopened}
    WHERE ({table}.committee_id, {table}.severity, {table}.dwelling_id, {table}.subject,
        {table}.place, {table}.detail) IS DISTINCT FROM (EXCLUDED.committee_id,
        EXCLUDED.severity, EXCLUDED.dwelling_id, EXCLUDED.subject, EXCLUDED.place,
        EXCLUDED.detail)
        OR {table}.excepted_until < %(day)s
    RETURNING (xmax = 0) AS is_new
),
mended AS (
    UPDATE {table} SET state = 'fixed', closed_on = %(day)s, excepted_until = NULL,
        fixed_by_id = coalesce(%(user_id)s, assigned_id),
        fixed_by = CASE WHEN %(user_id)s IS NULL THEN assigned_to ELSE %(user_name)s END,
        to_check = {is_checked}, answer_on = CASE WHEN {is_checked} THEN %(check_on)s::date END
    WHERE state IN {mended_by_rules} AND rule = ANY (%(rules)s)
    AND committee_id BETWEEN %(low)s AND %(high)s
    AND (%(dwellings)s::uuid[] IS NULL OR dwelling_id = ANY (%(dwellings)s::uuid[]))
    AND {is_mended}
    RETURNING 1
)
SELECT (SELECT count(*) FROM opened WHERE is_new), (SELECT count(*) FROM mended)
"""
# An exception is over on its day, or as soon as the finding says something else: the issue is
# found anew, with a deadline of its own. What went to another committee is nobody's there yet.
ENDED = "{table}.state = 'excepted'"
MOVED = "({table}.state = 'excepted' OR {table}.committee_id <> EXCLUDED.committee_id)"
REOPENED = ",\n        ".join(
    f"{column} = CASE WHEN {when} THEN {value} ELSE {{table}}.{column} END"
    for column, value, when in (
        ("state", "'open'", MOVED), ("assigned_id", "NULL", MOVED), ("assigned_to", "''", MOVED),
        ("answer_on", "NULL", MOVED), ("reminded_at", "NULL", MOVED), ("reminded_by", "''", MOVED),
        ("closed_on", "NULL", ENDED),
        ("excepted_until", "NULL", ENDED), ("excused", "false", ENDED),
        ("detected_on", "EXCLUDED.detected_on", ENDED),
        ("due_on", "EXCLUDED.due_on", ENDED),
    )
)  # fmt: skip
# Whatever must be mended is checked by somebody else, of the rest one in ten, as chance has it.
IS_CHECKED = """(severity = 'must' OR right(id::text, 2) COLLATE "C" < '1a')"""
IN_A_UNIT = {
    "is_news": """NOT EXISTS (SELECT FROM {table} AS known
        WHERE known.rule = found.rule AND known.state IN {standing}
        AND (known.excepted_until IS NULL OR known.excepted_until >= %(day)s)
        AND known.object_id = found.object_id
        AND known.committee_id = found.committee_id
        AND known.severity = found.severity
        AND known.dwelling_id IS NOT DISTINCT FROM found.dwelling_id
        AND known.subject = left(found.subject, 80)
        AND known.place = left(found.place, 80)
        AND known.detail = left(found.detail, 200))""",
    "is_mended": """NOT EXISTS (SELECT FROM found
        WHERE found.rule = {table}.rule AND found.object_id = {table}.object_id)""",
}
# The same for some dwellings. How many rows the frames hold nobody can tell the planner; it takes
# them for a handful and would compare each with each, which for an import's hundred crowded
# dwellings are a hundred million. What is asked in this form it looks up in a hash instead.
IN_DWELLINGS = {
    "is_news": """(rule, object_id, committee_id, severity, dwelling_id,
        left(subject, 80), left(place, 80), left(detail, 200))
        NOT IN (SELECT known.rule, known.object_id, known.committee_id, known.severity,
            known.dwelling_id, known.subject, known.place, known.detail
            FROM {table} AS known
            WHERE known.state IN {standing} AND known.dwelling_id = ANY (%(dwellings)s::uuid[])
            AND (known.excepted_until IS NULL OR known.excepted_until >= %(day)s))""",
    "is_mended": "(rule, object_id) NOT IN (SELECT found.rule, found.object_id FROM found)",
}
# After a save the rules look at a few rows only. These stand under the register's own name, which
# hides it, so that each rule asks as ever; planning a dozen questions to a register with all its
# indexes and its policy takes longer than the rest of the save.
FRAME = """
{table} AS MATERIALIZED (SELECT * FROM {table} WHERE {column} = ANY (%(dwellings)s::uuid[])),
"""


def statement(table: str, found: str, frames: str, *, in_dwellings: bool) -> str:
    """Open what is `found` (a query) and not known, end what is known and not found."""
    words = {
        "table": table, "standing": _list(transitions.STANDING),
        "mended_by_rules": _list(transitions.MENDED_BY_RULES), "is_checked": IS_CHECKED,
    }  # fmt: skip
    conditions = IN_DWELLINGS if in_dwellings else IN_A_UNIT
    return RUN_RULES.format(
        frames=frames, found=found, reopened=REOPENED.format(**words),
        **words, **{name: each.format(**words) for name, each in conditions.items()},
    )  # fmt: skip


def _list(states: Sequence[str]) -> str:
    return "(" + ", ".join(f"'{state}'" for state in states) + ")"
