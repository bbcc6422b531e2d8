"""The names of estates that buildings carry become records, a committee at a time.

What every building of an estate says alike of its property company and its owners' committee moves
to the estate; where they differ, each keeps its own. Going back leaves the names, which the text
column still holds, and gives the buildings their facts again.
"""

import unicodedata

from django.db import migrations
from django.utils import timezone

from portal.orgs.records import new_id

FACTS = ("property_company", "owners_committee")


def name_of(text):
    return "".join(unicodedata.normalize("NFKC", text).split())


def name_estates(apps, editor):
    Building = apps.get_model("housing", "Building")
    named = Building.objects.using(editor.connection.alias).filter(estate=None)
    named = named.exclude(estate_name="")
    committees = named.order_by("committee_id").values_list("committee_id", flat=True).distinct()
    for committee in list(committees):
        _name_estates_of(apps, editor, committee)
    if unnamed := sum(bool(name_of(name)) for name in named.values_list("estate_name", flat=True)):
        raise RuntimeError(f"{unnamed} buildings carry a name and have no estate")


def _name_estates_of(apps, editor, committee):
    alias = editor.connection.alias
    Building, Estate = apps.get_model("housing", "Building"), apps.get_model("housing", "Estate")
    rows = Building.objects.using(alias).filter(committee_id=committee, estate=None)
    by_name = {}
    for building in rows.exclude(estate_name=""):
        by_name.setdefault(name_of(building.estate_name), []).append(building)
    by_name.pop("", None)
    for name, buildings in by_name.items():
        told = {fact: {getattr(each, fact) for each in buildings} for fact in FACTS}
        shared = {fact: values.pop() for fact, values in told.items() if len(values) == 1}
        estate, _made = Estate.objects.using(alias).get_or_create(
            committee_id=committee, name=name, ended_on=None,
            defaults={"id": new_id(), "updated_at": timezone.now(), "updated_by": "期初整理", **shared},
        )
        moved = {fact: "" for fact, value in shared.items() if getattr(estate, fact) == value}
        Building.objects.using(alias).filter(pk__in=[each.pk for each in buildings]).update(
            estate=estate, estate_name=name, **moved
        )


def forget_estates(apps, editor):
    alias = editor.connection.alias
    Building, Estate = apps.get_model("housing", "Building"), apps.get_model("housing", "Estate")
    for estate in Estate.objects.using(alias).all():
        held = Building.objects.using(alias).filter(estate=estate)
        for fact in FACTS:
            if told := getattr(estate, fact):
                held.filter(**{fact: ""}).update(**{fact: told})
    Building.objects.using(alias).exclude(estate=None).update(estate=None)
    # those that were joined with another go first: they point at it
    Estate.objects.using(alias).exclude(joined_to=None).delete()
    Estate.objects.using(alias).all().delete()


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("housing", "0016_estate_key")]

    operations = [migrations.RunPython(name_estates, forget_estates)]
