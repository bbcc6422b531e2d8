"""Writes on the register of units."""

from collections.abc import Iterable

from django.db import transaction

from portal.orgs.models import OrgUnit


@transaction.atomic
def register_units(units: Iterable[OrgUnit]) -> int:
    """Add the units that are not known yet, with pinyin initials; returns how many were added."""
    from pypinyin import Style, lazy_pinyin

    known = set(OrgUnit.objects.values_list("code", flat=True))
    fresh = [unit for unit in units if unit.code not in known]
    for unit in fresh:
        unit.initials = "".join(lazy_pinyin(unit.short_name, style=Style.FIRST_LETTER))[:40]
    OrgUnit.objects.bulk_create(fresh)
    return len(fresh)
