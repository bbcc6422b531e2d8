"""The slowest statements of a long act, with the plans that PostgreSQL made for them."""

import re
from collections.abc import Sequence

from django.db import connection

from bench.asking import Asked, Statement

MOST = 5
LONGEST = 150  # letters of a line: a condition on every code of a code set tells nothing more
#: What the wall looks up once for a statement, of each table again: the caller's span.
WALL = re.compile(r"\s*(InitPlan \d+|->  Result)$")
OPENING = re.compile(r"^\s*(WITH|SELECT|INSERT|UPDATE|DELETE)", re.IGNORECASE)


def slowest(asked: Asked, most: int = MOST) -> list[Statement]:
    """The statements that took longest, the longest first."""
    found = [each for each in asked.statements if OPENING.match(each.sql)]
    return sorted(found, key=lambda each: -each.milliseconds)[:most]


def plan(statement: Statement) -> str:
    """Its plan, as the current user in the current scope; nothing is run."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (COSTS OFF) {statement.sql}", statement.params)
        lines = [line for (line,) in cursor.fetchall()]
    return "\n".join(_cut(line) for line in lines if not WALL.match(line))


def _cut(line: str) -> str:
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"


def told(title: str, found: Sequence[tuple[Statement, str]]) -> str:
    """Statements with their plans, folded away, as Markdown."""
    parts = [f"### {title}\n"]
    for place, (statement, text) in enumerate(found, 1):
        parts.append(
            f"<details><summary>{place}. {statement.milliseconds / 1000:.1f} s</summary>\n\n"
            f"```\n{text}\n```\n\n</details>\n"
        )
    return "\n".join(parts)
