"""The clock is read at the edges and handed in as `at` or a day (docs/adr/0006)."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.source import (
    calls,
    dotted,
    findings,
    is_command,
    is_migration,
    is_named,
    listed,
    name,
    place,
    python_files,
)

READINGS = {
    "datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "date.today",
    "timezone.now",
    "timezone.localdate",
    "timezone.localtime",
    "now",
    "localdate",
    "localtime",
}
EDGES = ("views", "api", "tasks", "jobs", "middleware", "context", "errors", "templatetags")
ALSO_EDGES = {
    "portal/orgs/posts.py": "finds the acting post of a request",
    "portal/accounts/bearer.py": "lets another system in, whose token has its time",
    "portal/accounts/entering.py": "begins the session of a request, and tells when it is over",
    "portal/accounts/sessions.py": "reads the session of a request, if it is not over",
    "portal/accounts/fresh.py": "tells how long ago the person of a request proved who they are",
    "portal/orgs/witness.py": "tells what became of a request when its transaction has ended",
    "portal/embedded.py": "starts servers, before there is anything else",
}


def is_edge(path: Path) -> bool:
    return (
        is_named(path, *EDGES)
        or is_named(path, "demo")
        or is_command(path)
        or is_migration(path)
        or name(path) in ALSO_EDGES
    )


def reads_clock(call: ast.Call) -> bool:
    """`now()` and its kin; `localtime(value)` and `localdate(value)` only convert."""
    text = ".".join(dotted(call.func).split(".")[-2:])
    if text not in READINGS:
        return False
    converts = text.split(".")[-1] in {"localdate", "localtime"} and bool(
        call.args or call.keywords
    )
    return not converts


def readings(path: Path) -> Iterator[str]:
    for call in calls(path):
        if reads_clock(call):
            yield f"{place(path, call)}: {dotted(call.func)}() reads the clock; take a day or `at`"


def test_the_clock_is_read_at_the_edges_only() -> None:
    found = findings([path for path in python_files() if not is_edge(path)], readings)
    assert not found, listed(found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("timezone.now()", True),
        ("datetime.datetime.now(tz)", True),
        ("date.today()", True),
        ("localdate()", True),
        ("timezone.localdate(at)", False),
        ("at.date()", False),
    ],
)
def test_a_reading_is_recognised_by_its_text(text: str, expected: bool) -> None:
    call = ast.parse(text, mode="eval").body
    assert isinstance(call, ast.Call)
    assert reads_clock(call) is expected
