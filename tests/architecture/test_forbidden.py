"""What this code never does, with the thing to do instead."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.source import (
    called,
    calls,
    dotted,
    findings,
    imported,
    is_command,
    is_migration,
    is_named,
    listed,
    name,
    place,
    python_files,
    tree,
)

BANNED_CALLS = {
    "raw": "query sets say it; SQL that they cannot say is a function made by a migration",
    "extra": "query sets say it; SQL that they cannot say is a function made by a migration",
    "RawSQL": "query sets say it; SQL that they cannot say is a function made by a migration",
    "mark_safe": "markup is written in templates, which escape",
    "StreamingHttpResponse": "a stream outlives the transaction that carries the scope",
}
BANNED_NAMES = {
    "csrf_exempt": "every change carries a token",
    "AllowAny": "an endpoint names its capability",
    "GenericForeignKey": "the database cannot check it",
}
BANNED_IMPORTS = {
    "pickle": "messages, caches and sessions are JSON",
    "marshal": "messages, caches and sessions are JSON",
    "shelve": "messages, caches and sessions are JSON",
    "django.dispatch": "no signals: a function that causes something calls it",
    "django.db.models.signals": "no signals: a function that causes something calls it",
    "django.db.backends.signals": "no signals: a function that causes something calls it",
    "django.core.signals": "no signals: a function that causes something calls it",
    "django.contrib.auth.signals": "no signals: a function that causes something calls it",
}
LASTING_SETTING = re.compile(r"set_config\s*\([^)]*,\s*false\s*\)", re.IGNORECASE)
SESSION_SET = re.compile(r"^\s*SET\s+(?!LOCAL\b|ROLE\b|CONSTRAINTS\b)", re.IGNORECASE)


def text_of(node: ast.AST) -> str:
    """The string that the node is, empty for anything else."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def test_nothing_banned_is_called_or_named() -> None:
    def find(path: Path) -> Iterator[str]:
        for call in calls(path):
            if reason := BANNED_CALLS.get(called(call)):
                yield f"{place(path, call)}: {called(call)}: {reason}"
        for node in ast.walk(tree(path)):
            text = dotted(node).split(".")[-1] if isinstance(node, ast.Name | ast.Attribute) else ""
            if reason := BANNED_NAMES.get(text):
                yield f"{place(path, node)}: {text}: {reason}"

    found = findings(python_files(), find)
    assert not found, listed(found)


def test_nothing_banned_is_imported() -> None:
    def find(path: Path) -> Iterator[str]:
        for node, module in imported(path):
            for banned, reason in BANNED_IMPORTS.items():
                if module == banned or module.startswith(f"{banned}."):
                    yield f"{place(path, node)}: {module}: {reason}"

    found = findings(python_files(), find)
    assert not found, listed(found)


def pasted(statement: ast.AST) -> bool:
    """An f-string, `%`, `+` or `str.format`; `sql.SQL(…).format(…)` quotes what it is given."""
    if isinstance(statement, ast.BinOp):
        return isinstance(statement.op, ast.Mod | ast.Add)
    if isinstance(statement, ast.Call) and isinstance(statement.func, ast.Attribute):
        return statement.func.attr == "format" and not dotted(statement.func.value).endswith("SQL")
    return isinstance(statement, ast.JoinedStr)


def test_sql_is_never_put_together_from_text() -> None:
    """Values travel as parameters, names through `psycopg2.sql`.

    A statement over our own constants says so: `# noqa: S608 why`.
    """

    def find(path: Path) -> Iterator[str]:
        for call in calls(path):
            if called(call) not in {"execute", "executemany", "copy_expert"} or not call.args:
                continue
            statement = call.args[0]
            if pasted(statement):
                yield f"{place(path, call)}: SQL put together from text"

    web = [path for path in python_files() if not is_migration(path)]
    found = findings(web, find, reviewed="noqa: S608 ")
    assert not found, listed(found)


def test_a_setting_of_the_database_ends_with_its_transaction() -> None:
    """A setting that lasts leaks one person's scope to the next through a pooled connection."""

    def find(path: Path) -> Iterator[str]:
        for node in ast.walk(tree(path)):
            if LASTING_SETTING.search(text_of(node)):
                yield f"{place(path, node)}: set_config(…, false) outlives the transaction"
        for call in calls(path):
            statement = text_of(call.args[0]) if call.args else ""
            if called(call) == "execute" and SESSION_SET.match(statement):
                yield f"{place(path, call)}: SET without LOCAL outlives the transaction"

    found = findings([path for path in python_files() if not is_migration(path)], find)
    assert not found, listed(found)


def test_fields_are_named_one_by_one() -> None:
    """Forms, filters and serializers list their fields: a new column is never let in unasked."""

    def find(path: Path) -> Iterator[str]:
        for node in ast.walk(tree(path)):
            if not (isinstance(node, ast.ClassDef) and node.name == "Meta"):
                continue
            for statement in node.body:
                if not isinstance(statement, ast.Assign):
                    continue
                targets = {dotted(target) for target in statement.targets}
                if "fields" in targets and getattr(statement.value, "value", "") == "__all__":
                    yield f"{place(path, statement)}: fields = '__all__'"
                if "exclude" in targets:
                    yield f"{place(path, statement)}: exclude lets every new column in"

    found = findings(python_files(), find)
    assert not found, listed(found)


def test_lookups_never_come_from_a_request() -> None:
    """`filter(**request.GET)` lets anybody ask any relation; filters are declared."""
    verbs = {"filter", "exclude", "annotate", "alias", "order_by", "Q", "get"}

    def find(path: Path) -> Iterator[str]:
        for call in calls(path):
            if called(call) not in verbs:
                continue
            for keyword in call.keywords:
                if keyword.arg is None and "request" in dotted(keyword.value).split("."):
                    yield f"{place(path, call)}: {called(call)}(**request…)"

    found = findings(python_files(), find)
    assert not found, listed(found)


def test_the_owner_of_the_tables_serves_no_page() -> None:
    """The connection that no row-level security binds is for migrations, set-up and loading."""

    def may(path: Path) -> bool:
        return (
            is_migration(path) or is_command(path) or is_named(path, "demo", "settings", "embedded")
        )

    def asked(node: ast.AST) -> list[ast.expr]:
        """What names a connection here: arguments of using() and atomic(), connections[…]."""
        if isinstance(node, ast.Call) and called(node) in {"using", "atomic"}:
            return [*node.args, *(keyword.value for keyword in node.keywords)]
        if isinstance(node, ast.Subscript) and dotted(node.value).endswith("connections"):
            return [node.slice]
        return []

    def find(path: Path) -> Iterator[str]:
        for node in ast.walk(tree(path)):
            if any(text_of(argument) == "owner" for argument in asked(node)):
                yield f"{place(path, node)}: the owner's connection"

    found = findings([path for path in python_files() if not may(path)], find)
    assert not found, listed(found)


def test_celery_is_signalled_in_one_place() -> None:
    def find(path: Path) -> Iterator[str]:
        for node, module in imported(path):
            if module.startswith("celery.signals"):
                yield f"{place(path, node)}: {module}"

    found = findings([path for path in python_files() if name(path) != "portal/celery.py"], find)
    assert not found, listed(found)


# Who keeps something in the cache, and why nobody reads another office's rows out of it.
CACHE_USERS = {
    "portal/kept.py": "counts and shared views by unit, a user's own running work by user",
    "portal/metrics/dashboards.py": "open issues of the district by rule, for its readers",
    "portal/accounts/throttle.py": "counters of guesses, by digest",
    "portal/accounts/services/tokens.py": "that a token's use has just been noted, by its prefix",
    "portal/orgs/api/callers.py": "how many requests an account sent this minute",
    "portal/exchange/services/receiving.py": "how many refused files somebody sent today",
    "portal/exchange/services/state.py": "how far a file has been read: two counts, by its key",
    "portal/desk/condition.py": "asks whether the cache answers: one word",
    "portal/hints.py": "the cache itself, for what may be missing",
}


def test_nothing_of_the_register_is_kept_in_the_cache() -> None:
    """A cached answer knows no scope; each module that caches is named here with its reason."""

    def find(path: Path) -> Iterator[str]:
        for node, module in imported(path):
            if module.startswith(("django.core.cache", "django.views.decorators.cache")):
                yield f"{place(path, node)}: {module}"

    users = {*CACHE_USERS, "portal/settings.py"}
    found = findings([path for path in python_files() if name(path) not in users], find)
    assert not found, listed(found)
