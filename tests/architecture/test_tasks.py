"""Celery carries ids, never people: arguments end up in logs and in Redis (docs/adr/0008)."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.source import dotted, findings, is_named, listed, place, python_files, tree

PLAIN = {"id", "ids", "day", "unit", "code", "key", "kind", "low", "high", "seq"}
JSON_TYPES = {"int", "str", "int | None", "str | None", "list[int]", "list[str]"}


def is_task(function: ast.FunctionDef) -> bool:
    return any(
        dotted(decorator).split(".")[-1] in {"shared_task", "task"}
        for decorator in function.decorator_list
    )


def is_plain(argument: ast.arg) -> bool:
    """Named as an id or another key, and of a type that JSON carries as it is."""
    named = argument.arg in PLAIN or argument.arg.endswith(("_id", "_ids", "_code", "_key"))
    typed = argument.annotation is not None and ast.unparse(argument.annotation) in JSON_TYPES
    return named and typed


def test_tasks_take_keys_by_keyword_and_nothing_else() -> None:
    def find(path: Path) -> Iterator[str]:
        for node in ast.walk(tree(path)):
            if not (isinstance(node, ast.FunctionDef) and is_task(node)):
                continue
            positional = [a for a in (*node.args.posonlyargs, *node.args.args) if a.arg != "self"]
            for argument in positional:
                yield f"{place(path, argument)}: {node.name}({argument.arg}) is not keyword-only"
            for argument in node.args.kwonlyargs:
                if not is_plain(argument):
                    yield f"{place(path, argument)}: {node.name}({argument.arg}) is not an id"

    found = findings(python_files(), find)
    assert not found, listed(found)


def test_tasks_are_short_and_live_in_tasks_modules() -> None:
    """A task reads the clock, finds the scope and calls one service."""

    def find(path: Path) -> Iterator[str]:
        for node in ast.walk(tree(path)):
            if not (isinstance(node, ast.FunctionDef) and is_task(node)):
                continue
            if not is_named(path, "tasks"):
                yield f"{place(path, node)}: {node.name} is a task outside tasks.py"
            statements = sum(isinstance(inner, ast.stmt) for inner in ast.walk(node)) - 1
            if statements > 12:
                yield f"{place(path, node)}: {node.name} has {statements} statements; move them"

    found = findings(python_files(), find)
    assert not found, listed(found)
