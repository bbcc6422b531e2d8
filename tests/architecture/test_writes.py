"""A write is one function, and it lives in a service (docs/adr/0006)."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.source import (
    AREAS,
    ROOT,
    called,
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
    tree,
)

ALWAYS_WRITES = {
    "bulk_create",
    "bulk_update",
    "get_or_create",
    "update_or_create",
    "select_for_update",
}
CHAINS = {"objects", "filter", "exclude", "all", "in_scope", "under", "select_for_update", "using"}
NOT_ROWS = {
    "session", "storage", "default_storage", "cache", "redis", "client", "workbook", "image",
}  # fmt: skip
CHANGING_SQL = re.compile(r"^\s*(INSERT|UPDATE|DELETE|TRUNCATE|MERGE|COPY)\b", re.IGNORECASE)


ALSO_WRITES = {"portal/accounts/models.py": "create_user is Django's contract for user managers"}


def may_write(path: Path) -> bool:
    """Services, the audit trail's own insert, the synthetic district's loader, migrations."""
    parts = path.relative_to(ROOT).parts
    return (
        is_named(path, "services")
        or name(path) in ALSO_WRITES
        or is_migration(path)
        or parts[:2] in {("portal", "audit"), ("portal", "demo")}
    )


def writes_rows(call: ast.Call) -> bool:
    """Whether the call changes rows, as far as its text tells: `.objects.create()`, `x.save()`."""
    verb = called(call)
    if verb in ALWAYS_WRITES:
        return True
    if verb not in {"save", "create", "update", "delete"} or not isinstance(
        call.func, ast.Attribute
    ):
        return False
    receiver = dotted(call.func.value)
    if set(receiver.split(".")) & NOT_ROWS:
        return False
    if receiver == "super":
        return False
    chained = bool(set(receiver.split(".")) & CHAINS)
    if verb in {"create", "update"}:
        return chained
    return chained or verb == "save" or not call.args


def changes_by_sql(call: ast.Call) -> bool:
    if called(call) not in {"execute", "executemany", "copy_expert"} or not call.args:
        return False
    statement = call.args[0]
    return isinstance(statement, ast.Constant) and bool(CHANGING_SQL.match(str(statement.value)))


def writes(path: Path) -> Iterator[str]:
    for call in calls(path):
        # A command may set the database up by SQL (roles, keys); rows it leaves to services.
        if writes_rows(call) or (changes_by_sql(call) and not is_command(path)):
            yield f"{place(path, call)}: {dotted(call.func)}() writes outside a service"


def test_rows_are_written_by_services_only() -> None:
    elsewhere = [path for path in python_files() if not may_write(path)]
    found = findings(elsewhere, writes)
    assert not found, listed(found)


def public_writers() -> list[tuple[Path, ast.FunctionDef]]:
    """Public functions of the areas' services that themselves change rows."""
    return [
        (path, node)
        for path in python_files(*AREAS)
        if is_named(path, "services")
        for node in tree(path).body
        if isinstance(node, ast.FunctionDef)
        and not node.name.startswith("_")
        and any(isinstance(inner, ast.Call) and writes_rows(inner) for inner in ast.walk(node))
    ]


def is_atomic(function: ast.FunctionDef) -> bool:
    decorators = [dotted(decorator) for decorator in function.decorator_list]
    blocks = [
        dotted(item.context_expr)
        for node in ast.walk(function)
        if isinstance(node, ast.With)
        for item in node.items
    ]
    return any(text.split(".")[-1] in {"atomic", "acting"} for text in [*decorators, *blocks])


def test_a_service_takes_keywords_and_is_told_who_and_when() -> None:
    found = []
    for path, function in public_writers():
        names = {argument.arg for argument in function.args.kwonlyargs}
        if function.args.args or not {"by", "at"} <= names:
            found.append(
                f"{place(path, function)}: {function.name} needs *, …, by: Scope, at: datetime"
            )
    assert not found, listed(found)


def test_a_service_that_writes_is_one_transaction() -> None:
    found = [
        f"{place(path, function)}: {function.name} is not atomic"
        for path, function in public_writers()
        if not is_atomic(function)
    ]
    assert not found, listed(found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Resident.objects.create(name=1)", True),
        ("Resident.objects.filter(pk=1).update(name=2)", True),
        ("resident.save(update_fields=['name'])", True),
        ("form.save()", True),
        ("resident.delete()", True),
        ("context.update(page=1)", False),
        ("request.session.save()", False),
        ("cache.delete('a')", False),
        ("digest.update(b'x')", False),
    ],
)
def test_a_write_is_recognised_by_its_text(text: str, expected: bool) -> None:
    call = ast.parse(text, mode="eval").body
    assert isinstance(call, ast.Call)
    assert writes_rows(call) is expected


def test_every_area_that_has_models_has_services() -> None:
    missing = [
        name(ROOT / area)
        for area in AREAS
        if ((ROOT / area / "models.py").exists() or (ROOT / area / "models").is_dir())
        and not ((ROOT / area / "services.py").exists() or (ROOT / area / "services").is_dir())
    ]
    assert not missing, listed(missing)
