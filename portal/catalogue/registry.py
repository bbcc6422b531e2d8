"""All records of the portal, as the areas declare them (`CATALOGUE_MODULES`)."""

from functools import cache
from importlib import import_module

from django.apps import apps
from django.conf import settings

from portal.catalogue.record import Record


@cache
def records() -> dict[str, Record]:
    """Every record by the key that its page has in addresses, in the order of declaration.

    :raises ValueError: a record is declared twice
    """
    found: dict[str, Record] = {}
    for name in settings.CATALOGUE_MODULES:
        for record in import_module(name).RECORDS:
            if key_of(record) in found:
                raise ValueError(f"{record.label} is declared twice")
            found[key_of(record)] = record
    return found


def key_of(record: Record) -> str:
    """How a record is named in addresses: `residents-resident`."""
    return record.label.lower().replace(".", "-")


def title_of(record: Record) -> str:
    """What the record is called."""
    return str(apps.get_model(record.label)._meta.verbose_name)
