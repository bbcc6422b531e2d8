"""Holding what was found to the register: surely one, surely nobody, or put before two people.

Records count as they stood on the reference night: whatever is registered once the checks have
begun comes too late (domain §5, anti-gaming). A record's own fields are read when the field work
ends; until then nobody in the unit knows which were drawn.

Paper: S-69, S-70.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from portal.audit.record import record
from portal.orgs.access import require
from portal.orgs.capabilities import Capability
from portal.orgs.scope import Scope
from portal.rows import update_rows
from residents.models import Residence, SpotItem, SpotPerson, SpotRound
from residents.querysets import ResidenceQuerySet
from residents.services.errors import UnableToCheck
from residents.spotchecks.besides import check_phone, check_since
from residents.spotchecks.matching import Degree, Known, Told, liken

#: Opinions that must agree before a near match is decided.
AGREEING = 2
FIELDS = {
    "name": "姓名",
    "sex": "性别",
    "born": "出生年",
    "tail": "证件末四位",
    "category": "人口类别",
}
#: Those of them that tell whether it is the same person.
IDENTIFYING = ("name", "sex", "born", "tail")
#: Told besides and compared, without making a record wrong as a whole (domain §4.3).
BESIDES = {"begin": "入住年月", "phone": "手机末四位"}
#: What a reverse check tells of a record: where somebody lives follows from the outcome.
CHECKED = {"dwelling": "住址", **FIELDS, **BESIDES}


def registered_on_the_night(row: SpotRound) -> ResidenceQuerySet:
    """Main residences in the street that were in the register on the reference night."""
    rows = Residence.objects.under(row.committee_id).living_on(row.as_of)
    return rows.filter(is_primary=True, registered_on__lte=row.as_of).exclude(category="13")


@transaction.atomic
def match_round(*, row: SpotRound, by: Scope, at: datetime) -> None:
    """Give everybody found the record that is most like them, and count each dwelling's records."""
    items = list(row.items.select_for_update().order_by("number"))
    by_item: dict[UUID, list[SpotPerson]] = defaultdict(list)
    for person in SpotPerson.objects.filter(item__round=row).order_by("id"):
        by_item[person.item_id].append(person)
    known = _known(row, items, by_item)
    if row.is_forward:
        for committee in {item.committee_id for item in items}:
            own = [item for item in items if item.committee_id == committee]
            _match_dwellings(own, by_item, known.get(committee, []))
    else:
        for item in items:
            _match_record(item, by_item[item.pk], known.get(item.committee_id, []))
    people = [person for found in by_item.values() for person in found]
    update_rows(people, ["degree", "record_id", "is_here", "right", "phone"])
    update_rows(items, ["records", "field_checks"])


def _known(
    row: SpotRound, items: Iterable[SpotItem], found: dict[UUID, list[SpotPerson]]
) -> dict[int, list[Residence]]:
    """The records that can be meant, by committee: those of the dwellings, and namesakes."""
    homes = {item.dwelling_id for item in items}
    names = {person.name for people in found.values() for person in people}
    wanted = Q(dwelling_id__in=homes) | Q(name__in=names)
    if not row.is_forward:
        wanted = Q(pk__in=[item.residence_id for item in items])
    known: dict[int, list[Residence]] = defaultdict(list)
    rows = registered_on_the_night(row).filter(wanted).order_by("id")
    for each in rows.only(
        "id", "committee_id", "dwelling_id", "name", "sex", "birth_date", "id_tail", "category",
        "begin_on", "phone_mask",
    ):  # fmt: skip
        known[each.committee_id].append(each)
    return known


def _match_dwellings(
    items: list[SpotItem], by_item: dict[UUID, list[SpotPerson]], known: list[Residence]
) -> None:
    """People of one committee's dwellings; a record stands for one person, the surest first."""
    for item in items:
        item.records = sum(each.dwelling_id == item.dwelling_id for each in known)
    left, found_at = list(known), [(item, each) for item in items for each in by_item[item.pk]]
    for degree, here in ((Degree.EXACT, True), (Degree.EXACT, False), (Degree.NEAR, True),
                         (Degree.NEAR, False), (Degree.NONE, False)):  # fmt: skip
        for item, person in found_at:
            if person.degree:
                continue
            found = liken(_as_told(person), [_as_known(each, item) for each in left])
            if found.degree is not degree or (here and not (found.known and found.known.here)):
                continue
            person.degree = degree.value
            person.right = {Degree.EXACT: True, Degree.NONE: False}.get(degree)
            if found.known is not None:
                person.record_id, person.is_here = UUID(found.known.key), found.known.here
                left = [each for each in left if each.pk != person.record_id]


def _as_known(each: Residence, item: SpotItem) -> Known:
    return Known(
        str(each.pk), each.name, each.sex, each.birth_date.year, each.id_tail,
        each.dwelling_id == item.dwelling_id,
    )  # fmt: skip


def _as_told(person: SpotPerson) -> Told:
    return Told(person.name, person.sex, person.born, person.tail)


def _match_record(item: SpotItem, people: list[SpotPerson], known: list[Residence]) -> None:
    """Field by field: what was told against the drawn record; the telephone goes with that."""
    drawn = next((each for each in known if each.pk == item.residence_id), None)
    item.records = int(drawn is not None)
    for person in people:
        person.record_id, person.is_here = item.residence_id, True
        phone, person.phone = person.phone, ""
        if drawn is None:
            person.degree, person.right = Degree.NONE.value, False
            continue
        item.field_checks = compared(person, drawn)
        doubted = any(item.field_checks[key] == "wrong" for key in IDENTIFYING)
        if item.asks_more:
            item.field_checks |= {
                "begin": check_since(person.since, drawn.begin_on),
                "phone": check_phone(phone, drawn.phone_mask),
            }
        person.degree = (Degree.NEAR if doubted else Degree.EXACT).value
        person.right = None if doubted else is_right(same=True, item=item)


def is_right(*, same: bool, item: SpotItem) -> bool:
    """Whether the record is: of this person, and of the category that follows from their word.

    Domain §4.3 counts the category among the key fields; that somebody is the same person says
    nothing of it.
    """
    return same and item.field_checks.get("category") != "wrong"


def compared(person: SpotPerson, drawn: Residence) -> dict[str, str]:
    """Each key field right, wrong, or unknown where the person did not say."""
    pairs = {
        "name": (person.name, drawn.name), "sex": (person.sex, drawn.sex),
        "born": (person.born, drawn.birth_date.year), "tail": (person.tail, drawn.id_tail),
        "category": (person.category, drawn.category),
    }  # fmt: skip
    return {
        key: "unknown" if not said else ("right" if said == stored else "wrong")
        for key, (said, stored) in pairs.items()
    }


@transaction.atomic
def judge_person(*, person_id: Any, same: bool, by: Scope, at: datetime) -> SpotPerson:
    """Say whether a near match is the person; two must agree, a third decides between two.

    :raises UnableToCheck: decided already, or this person has given their opinion
    :raises NotAllowed: `by` does not organise spot checks there
    """
    rows = SpotPerson.objects.in_scope(by).select_for_update(of=("self",))
    person = rows.select_related("item__round").get(pk=person_id)
    require(by, Capability.RUN_CHECKS, person.committee_id)
    if person.item.round.state != "matching" or person.degree != Degree.NEAR:
        raise UnableToCheck("这一条不需要核对，或这一轮已经公布")
    if person.right is not None:
        raise UnableToCheck("这一条已由两人核对一致")
    if any(each["user"] == by.user_id for each in person.verdicts):
        raise UnableToCheck("你已核对过这一条，请由另一人核对")
    person.verdicts = [
        *person.verdicts,
        {"user": by.user_id, "name": by.user_name, "same": same, "at": at.isoformat()},
    ]
    if sum(each["same"] is same for each in person.verdicts) >= AGREEING:
        person.right = is_right(same=same, item=person.item)
    person.save(update_fields=["verdicts", "right"])
    record(
        "residents.spot_judged", by=by, at=at, target=person.item, committee=person.committee_id,
        changes={"same": same},
    )  # fmt: skip
    return person
