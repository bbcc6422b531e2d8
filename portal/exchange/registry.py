"""The kinds of file that the areas have declared, from `EXCHANGE_MODULES`."""

from collections.abc import Iterable
from importlib import import_module

from django.conf import settings

from portal.exchange.kinds import ImportField, ImportKind
from portal.exchange.mapping import FileField
from portal.orgs.scope import Scope


def kinds() -> dict[str, ImportKind]:
    """All kinds by key, in the order in which the areas list them."""
    return {
        kind.key: kind for name in settings.EXCHANGE_MODULES for kind in import_module(name).IMPORTS
    }


def kinds_for(scope: Scope) -> list[ImportKind]:
    """The kinds that the acting post may import."""
    return [kind for kind in kinds().values() if scope.may(kind.capability)]


def file_fields(fields: Iterable[ImportField]) -> tuple[FileField, ...]:
    """A kind's fields as the mapping of columns knows them."""
    return tuple(
        FileField(field.key, field.title, field.synonyms, field.required, field.parts)
        for field in fields
    )


def fields_by_key(kind: ImportKind) -> dict[str, ImportField]:
    """A kind's fields by their keys."""
    return {field.key: field for field in kind.fields}
