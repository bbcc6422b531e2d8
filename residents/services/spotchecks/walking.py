"""Along the blocks: places where people live and that the list of dwellings lacks.

Paper: S-69.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from portal.audit.record import record
from portal.orgs.access import require
from portal.orgs.capabilities import Capability
from portal.orgs.scope import Scope
from residents.discovery import UnfitWords, check_words
from residents.models import Lead, SpotItem, SpotPlace, SpotRound
from residents.services.changing import today_of
from residents.services.errors import UnableToCheck
from residents.services.leading import LeadTold, found_lead

#: People that somebody can count from outside; more is a hostel, and its own matter.
MOST_SEEN = 99
LONGEST_PLACE = 80
CHECKED_AT_THE_DOOR = "15"


@dataclass(frozen=True)
class PlaceSeen:
    """A place as it was seen: where it is in words, what it is, how many live there if known."""

    place: str
    what: str
    people: int | None = None


@transaction.atomic
def note_place(
    *, item_id: Any, seen: PlaceSeen, by: Scope, at: datetime, seen_at: datetime | None = None
) -> SpotPlace:
    """Write down a place near a dwelling of the own sheet; it is of that dwelling's committee.

    :param item_id: the draw in whose neighbourhood it lies
    :param seen_at: when somebody saw it, where a phone without a network tells it later
    :raises UnableToCheck: words or a number that cannot be taken, or it was noted already
    :raises NotAllowed: `by` does not check
    :raises SpotItem.DoesNotExist: the dwelling is not on the own sheet
    """
    require(by, Capability.CHECK_SAMPLES)
    item = SpotItem.objects.on_sheet_of(by, today_of(at)).get(pk=item_id)
    noted_on = today_of(seen_at or at)
    if noted_on < item.opens_on:
        raise UnableToCheck(f"这一处早于 {item.opens_on} 记下，那时还没有下发抽查表")
    if seen.what not in SpotPlace.What.values:
        raise UnableToCheck("请选择是什么地方", "what")
    if seen.people is not None and not 1 <= seen.people <= MOST_SEEN:
        raise UnableToCheck(f"人数应在 1～{MOST_SEEN} 之间，不清楚的留空", "people")
    row = SpotPlace(
        round_id=item.round_id, committee_id=item.committee_id, place=_place(seen.place),
        what=seen.what, people=seen.people, noted_on=noted_on, post_id=by.appointment_id or 0,
        verifier=by.user_name,
    )  # fmt: skip
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        if "residents_spot_place_once" not in str(error):
            raise
        raise UnableToCheck("这个地点已经记过", "place") from error
    _told("noted", row, by, at)
    return row


def _place(text: str) -> str:
    try:
        words = check_words(text, LONGEST_PLACE)
    except UnfitWords as unfit:
        raise UnableToCheck(unfit.message_zh, "place") from unfit
    if not words:
        raise UnableToCheck("请写明在哪里，别人能照着找到", "place")
    return words


@transaction.atomic
def drop_place(*, place_id: Any, by: Scope, at: datetime) -> None:
    """Take back what the acting post wrote down by mistake, while the round is in the field.

    :raises SpotPlace.DoesNotExist: not of this post, or the field work is over
    """
    require(by, Capability.CHECK_SAMPLES)
    open_rounds = SpotItem.objects.on_sheet_of(by, today_of(at)).values("round_id")
    rows = SpotPlace.objects.noted_by(by).filter(round_id__in=open_rounds)
    row = rows.select_for_update().get(pk=place_id)
    _told("dropped", row, by, at)
    row.delete()


@transaction.atomic
def tell_places(*, row: SpotRound, by: Scope, at: datetime) -> int:
    """Show the places of a round that is being published, each as a lead; gives how many."""
    places = list(row.places.select_for_update().filter(disclosed=False).order_by("id"))
    for each in places:
        each.lead = found_lead(
            told=LeadTold(
                kind=Lead.Kind.NEW.value, subject=Lead.Subject.DWELLING.value, place=each.place,
                text=_words(each), channel=CHECKED_AT_THE_DOOR, priority="high",
            ),
            committee=each.committee_id, by=by, at=at,
        )  # fmt: skip
        each.disclosed, each.told_on = True, today_of(at)
        each.save(update_fields=["lead", "disclosed", "told_on"])
    return len(places)


def _words(place: SpotPlace) -> str:
    seen = f"，所见 {place.people} 人" if place.people else ""
    return f"抽查沿街核对：这里（{place.get_what_display()}）有人住{seen}，房屋名单上没有"


def _told(act: str, row: SpotPlace, by: Scope, at: datetime) -> None:
    record(
        f"residents.spot_place_{act}",
        by=by,
        at=at,
        target=row,
        committee=row.committee_id,
        changes={"what": row.get_what_display(), "people": row.people or ""},
    )
