"""A visit to a dwelling by two or more, with badge and a ground for coming in (domain §3.14)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from housing.dwelling_rooms import GroupRentalDecision
from housing.fit_words import UnfitWords, check_words
from housing.services.errors import HousingError
from portal.orgs.capabilities import Capability
from portal.orgs.models import Appointment
from portal.orgs.roles import ROLES
from portal.orgs.scope import parent_of

#: Whoever goes along holds a post in which dwellings are looked at.
GOING = {Capability.VIEW_REGISTER, Capability.CONFIRM_GROUP_RENTAL}


@dataclass(frozen=True, kw_only=True)
class Visit:
    """Who was there and when, how they came in, what they saw."""

    visited_on: date
    visitors: Sequence[int]
    badge_shown: bool
    entry_basis: str
    facts: str


def visitors_at(committee: int, day: date) -> dict[int, str]:
    """Who may go along to a dwelling of this committee: the names by id, those near it first.

    :param committee: a committee, or a street for the visits in all its committees
    """
    street = parent_of(committee)
    above = None if street is None else parent_of(street)
    roles = [key for key, role in ROLES.items() if GOING & role.capabilities]
    held = Appointment.objects.filter(unit_id__in=[committee, street, above], role__in=roles)
    held = held.filter(starts_on__lte=day, user__is_active=True).exclude(ends_on__lt=day)
    return dict(held.order_by("-unit_id", "user__name", "pk").values_list("user_id", "user__name"))


def check_visit(committee: int, visit: Visit, today: date, refuse: type[HousingError]) -> list[str]:
    """The visitors' names.

    :raises refuse: at the field that is wrong
    """
    if visit.visited_on > today:
        raise refuse("上门日期晚于今天", "visited_on")
    known = visitors_at(committee, visit.visited_on)
    if len(set(visit.visitors)) < 2:
        raise refuse("上门应有两人以上", "visitors")
    if strangers := set(visit.visitors) - known.keys():
        raise refuse(f"有 {len(strangers)} 人当天不在本地岗位上", "visitors")
    if not visit.badge_shown:
        raise refuse("上门应先出示证件，没有出示的不能据此认定", "badge_shown")
    if visit.entry_basis not in GroupRentalDecision.Entry.values:
        raise refuse("请选择入户依据", "entry_basis")
    words(visit.facts, "facts", "写明看到的事实和理由", refuse)
    return [known[each] for each in dict.fromkeys(visit.visitors)]


def words(text: str, field: str, needed: str, refuse: type[HousingError], most: int = 200) -> str:
    """What was written, without numbers of documents and judgements.

    :param needed: what is said when nothing was written; blank where nothing need be
    :raises refuse: at `field`
    """
    if needed and not text.strip():
        raise refuse(needed, field)
    try:
        return check_words(text, most)
    except UnfitWords as unfit:
        raise refuse(unfit.message_zh, field) from unfit
