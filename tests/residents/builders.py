"""People and homes for the tests of the register, made through the services."""

from datetime import date, timedelta

from django.utils import timezone

from housing import services as housing
from housing.models import DwellingUnit
from housing.rooms import RoomBlock
from portal.orgs.acting import acting
from residents import services
from residents.identity import check_character
from residents.models import Residence

SURNAMES = "万王石贾潘郑尹邵袁赖刘范宋孙张陆黄周吴徐"


def number(birth="19860718", sequence=2, sex=None):
    """An invented citizen number: area 319999, a check character that holds."""
    serial = sequence * 2 + (1 if sex == "1" else 0)
    body = f"319999{birth}{serial:03d}"
    return body + check_character(body)


def home(scope, address="棠浦路988弄6号", *, floors=3, per_floor=4, at=None):
    """A building with its rooms; gives the dwellings in address order."""
    at = at or timezone.now()
    with acting(scope):
        building = housing.register_building(
            committee=scope.unit, address=address, block=RoomBlock(1, floors, per_floor),
            by=scope, at=at,
        )  # fmt: skip
        return list(
            DwellingUnit.objects.in_scope(scope).filter(building=building).order_by("address_key")
        )


def told(name="王巧云", **changes):
    """What a clerk types of one person."""
    return {
        "name": name,
        "document_number": number(),
        "relation": "户主",
        "category": "来沪人员",
        "begin_date": "2026-03-01",
        "phone": "15012346620",
        "reason": "务工",
    } | changes


def register(scope, dwelling, *, at=None, **changes):
    """One person on the register, through the service."""
    with acting(scope):
        return services.register_resident(
            dwelling_id=dwelling.pk, told=told(**changes), by=scope, at=at or timezone.now()
        )


def family_of_four():
    """Rows of an entry grid: four new people."""
    people = [
        ("万志强", "承租人", number("19840312", 11, "1")),
        ("王巧云", "配偶", number("19860718", 12)),
        ("万子轩", "子", number("20150102", 13, "1")),
        ("石思源", "合租", number("19980614", 14, "1")),
    ]
    return [
        services.Told(
            row=f"new-{place}",
            told=told(name, relation=relation, document_number=digits,
                      phone=f"1501234{place:04d}"),
        )
        for place, (name, relation, digits) in enumerate(people)
    ]  # fmt: skip


def backdated(scope, residence, days):
    """As if the last verification lay `days` back."""
    day = timezone.localdate() - timedelta(days=days)
    with acting(scope):
        Residence.objects.filter(pk=residence.pk).update(
            verified_on=day, due_on=day + timedelta(days=90)
        )
    return day


def a_day(text):
    return date.fromisoformat(text)
