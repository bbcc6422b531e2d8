"""Models: every column classified, nothing hidden in them (docs/adr/0005, 0006)."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.db.models import Model, UniqueConstraint

from portal.catalogue.personal import classified
from tests.architecture.source import (
    AREAS,
    PACKAGES,
    findings,
    is_migration,
    listed,
    place,
    python_files,
    tree,
)

OUR_MODELS = [
    model
    for model in apps.get_models()
    if model.__module__.split(".")[0] in PACKAGES and not model._meta.proxy
]
IDS = [model._meta.label for model in OUR_MODELS]


@pytest.mark.parametrize("model", OUR_MODELS, ids=IDS)
def test_every_column_is_personal_or_plain(model: type[Model]) -> None:
    personal, plain = classified(model)
    columns = {field.attname for field in model._meta.concrete_fields}
    assert not personal & plain, f"both: {sorted(personal & plain)}"
    assert not columns - personal - plain, f"not classified: {sorted(columns - personal - plain)}"
    assert not (personal | plain) - columns, f"no column: {sorted((personal | plain) - columns)}"


@pytest.mark.parametrize("model", OUR_MODELS, ids=IDS)
def test_a_list_says_its_own_order(model: type[Model]) -> None:
    """An order in Meta sorts every query, also those that only count."""
    assert not model._meta.ordering


@pytest.mark.parametrize("model", OUR_MODELS, ids=IDS)
def test_constraints_have_a_sentence_for_the_user(model: type[Model]) -> None:
    """Uniqueness over plain fields has Django's own sentence; a condition needs one of ours."""
    if model.__module__.split(".")[0] not in AREAS:
        return
    silent = [
        constraint.name
        for constraint in model._meta.constraints
        if not (isinstance(constraint, UniqueConstraint) and constraint.condition is None)
        and constraint.violation_error_message == constraint.default_violation_error_message
    ]
    assert not silent, f"no violation_error_message: {silent}"


@pytest.mark.parametrize("model", OUR_MODELS, ids=IDS)
def test_a_model_hides_no_write(model: type[Model]) -> None:
    """`save` and `delete` are Django's own: what an act causes is read in its service."""
    hidden = [
        f"{ancestor.__name__}.{method}"
        for ancestor in model.__mro__
        if ancestor.__module__.split(".")[0] in PACKAGES
        for method in ("save", "delete")
        if method in vars(ancestor)
    ]
    assert not hidden


def test_migrations_do_not_import_what_changes() -> None:
    """A migration keeps its meaning when services, forms and query sets go on."""
    moving = {"services", "views", "forms", "querysets", "metrics", "quality"}

    def find(path: Path) -> Iterator[str]:
        for node in ast.walk(tree(path)):
            if not (isinstance(node, ast.ImportFrom) and node.module):
                continue
            parts = node.module.split(".")
            if parts[0] in PACKAGES and (parts[-1] in moving or parts[-1] == "models"):
                yield f"{place(path, node)}: {node.module}"

    found = findings([path for path in python_files() if is_migration(path)], find)
    assert not found, listed(found)
