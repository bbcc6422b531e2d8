"""Spot-check rounds for the tests, driven through their services from plan to publication."""

from datetime import timedelta

from django.utils import timezone

from portal.orgs.acting import acting
from portal.orgs.models import Appointment
from residents.models import SpotItem, SpotPerson, SpotRound
from residents.services import spotchecks
from residents.services.spotchecks import Planned, Seen, Visit
from tests.cast import STREET
from tests.residents.builders import home, number, register

WANG = Seen("王巧云", "2", 1986, "")
STRANGER = Seen("蒋海", "1", 1990, "")


def a_street(clerk, *, dwellings=6, people=3, registered_days_ago=30):
    """Dwellings of which the first few have one registered person each, all called 王巧云."""
    at = timezone.now() - timedelta(days=registered_days_ago)
    homes = home(clerk, floors=2, per_floor=dwellings // 2, at=at)
    for place, dwelling in enumerate(homes[:people]):
        begin = str(timezone.localdate(at) - timedelta(days=10))
        register(clerk, dwelling, at=at, document_number=number(sequence=20 + place),
                 begin_date=begin, phone=f"1501234{place:04d}")  # fmt: skip
    return homes


def planned(by, at, *, kind="forward", wanted=6, **changes):
    today = timezone.localdate(at)
    told = {"unit": STREET, "kind": kind, "as_of": today - timedelta(days=1),
            "field_from": today, "wanted": wanted} | changes  # fmt: skip
    with acting(by):
        return spotchecks.plan_round(planned=Planned(**told), by=by, at=at)


def drawn(by, at, *, seed="seed", **changes):
    row = planned(by, at, **changes)
    with acting(by):
        return spotchecks.draw_round(round_id=row.pk, by=by, at=at, seed=seed)


def looked_at(row):
    """The round as its page has it."""
    return SpotRound.objects.without_frames().get(pk=row.pk)


def in_field(by, at, *verifiers, **changes):
    row = drawn(by, at, **changes)
    return opened(row, by, at, *verifiers)


def opened(row, by, at, *verifiers):
    posts = [post_of(each) for each in verifiers]
    with acting(by):
        return spotchecks.open_round(round_id=row.pk, posts=posts, by=by, at=at)


def post_of(scope):
    return Appointment.objects.get(user_id=scope.user_id).pk


def sheet(verifier):
    with acting(verifier):
        return list(SpotItem.objects.on_sheet_of(verifier, timezone.localdate()).order_by("number"))


def enter(verifier, item, at, outcome, *people, **changes):
    with acting(verifier):
        return spotchecks.enter_visit(
            item_id=item.pk, version=changes.pop("version", item.version),
            visit=Visit(outcome, people, **changes), by=verifier, at=at,
        )  # fmt: skip


def closed(row, by, at):
    with acting(by):
        return spotchecks.close_round(round_id=row.pk, by=by, at=at)


def judge(by, person, at, *, same):
    with acting(by):
        return spotchecks.judge_person(person_id=person.pk, same=same, by=by, at=at)


def published(row, by, at):
    with acting(by):
        return spotchecks.publish_round(round_id=row.pk, by=by, at=at)


def told_in_reverse(by, verifier, at):
    """A published reverse round: of three records one has moved away, two are true."""
    row = in_field(by, at, verifier, kind="reverse", wanted=3)
    for item, outcome in zip(sheet(verifier), ("moved", "lives", "lives"), strict=True):
        enter(verifier, item, at, outcome, *((WANG,) if outcome == "lives" else ()))
    closed(row, by, at)
    published(row, by, at)
    return row


def people_of(row, by):
    with acting(by):
        return list(SpotPerson.objects.filter(item__round=row).order_by("item__number", "id"))


def items_of(row, by):
    with acting(by):
        return list(SpotItem.objects.filter(round=row).order_by("number"))
