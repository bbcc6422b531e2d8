"""One head in a family household, where single relations are corrected (domain §3.5)."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from residents.households import HEAD
from residents.intake import FieldProblem
from residents.models import Household, Residence
from residents.services.errors import RowProblem, UnableToUpdate

if TYPE_CHECKING:
    from residents.services.changing import Change

Heads = dict[UUID, dict[UUID, str]]


@dataclass(frozen=True)
class Told:
    """A relation that a row of a file tells of somebody whose episode goes on."""

    row: Any
    residence: Residence
    was: str
    relation: str

    @property
    def concerns_head(self) -> bool:
        """Whether a family gets or loses a head by it."""
        return self.was != self.relation and HEAD in (self.was, self.relation)


def refuse_headless(changes: "Sequence[Change]") -> None:
    """After relations were corrected: no family is left without its head, none has two.

    :raises UnableToUpdate: at the relation of the row that made it so
    """
    told = [change for change in changes if "relation" in change.diff]
    families = {
        key: change
        for change in told
        if HEAD in change.diff["relation"] and (key := _household(change))
    }
    heads = _heads_of(families)
    problems = []
    for household, change in families.items():
        if household not in heads:
            continue
        names = list(heads[household].values())
        if problem := _problem(names, was_head=change.diff["relation"][0] == HEAD):
            problems.append(RowProblem(change.row, problem))
    if problems:
        raise UnableToUpdate(problems)


def two_or_no_heads(
    told: Iterable[Told], *, leaving: Collection[UUID] = (), led: Collection[UUID] = ()
) -> dict[Any, FieldProblem]:
    """Rows of a file after which a family would have two heads, or none, each with its problem.

    All rows of such a family that concern its head are refused, so that it stays as it is; rows
    of others stand.

    :param leaving: episodes that the same rows end
    :param led: dwellings at which the same rows enter a new head
    """
    rows = [each for each in told if each.concerns_head and each.residence.household_id]
    if not rows:
        return {}
    heads = _heads_of({each.residence.household_id for each in rows if each.residence.household_id})
    for key in leaving:
        for family in heads.values():
            family.pop(key, None)
    _seat_newcomers(heads, rows, led)
    for each in rows:
        family = heads.get(_of(each), {})
        if each.relation == HEAD:
            family[each.residence.pk] = each.residence.name
        else:
            family.pop(each.residence.pk, None)
    found = {
        each.row: _problem(list(heads[_of(each)].values()), was_head=each.relation != HEAD)
        for each in rows
        if _of(each) in heads
    }
    return {row: problem for row, problem in found.items() if problem}


def heads_at(dwellings: Collection[UUID], *, leaving: Collection[UUID] = ()) -> dict[UUID, str]:
    """The name of a head of a family at each of the dwellings that have one.

    :param leaving: episodes that are about to end
    """
    if not dwellings:
        return {}
    rows = Residence.objects.open().filter(
        dwelling__in=list(dwellings), relation=HEAD, household__kind=Household.Kind.FAMILY
    )
    staying = rows.exclude(pk__in=list(leaving)).order_by("-id")
    return dict(staying.values_list("dwelling_id", "name"))


def _seat_newcomers(heads: Heads, rows: Sequence[Told], led: Collection[UUID]) -> None:
    """A new head joins the oldest household of the dwelling, where that one has none."""
    places = {each.residence.dwelling_id for each in rows} & set(led)
    if not places:
        return
    homes = Household.objects.filter(dwelling__in=places, closed_on=None).order_by("-id")
    oldest = dict(homes.values_list("dwelling_id", "pk"))
    for place in places:
        family = heads.get(oldest.get(place, place))
        if family is not None and not family:
            family[place] = "文件里新增的户主"


def _heads_of(households: Collection[UUID]) -> Heads:
    """By family household its heads: names by episode. Other kinds of households are left out."""
    families = Household.objects.filter(pk__in=list(households), kind=Household.Kind.FAMILY)
    found: Heads = {key: {} for key in families.values_list("pk", flat=True)}
    rows = Residence.objects.open().filter(household__in=list(found), relation=HEAD)
    for household, key, name in rows.order_by("id").values_list("household_id", "pk", "name"):
        found[household][key] = name
    return found


def _problem(names: Sequence[str], *, was_head: bool) -> FieldProblem | None:
    if len(names) == 1 or (not names and not was_head):
        return None
    text = "这一户就没有户主了"
    if names:
        text = f"这一户有 {len(names)} 名户主（{'、'.join(names)}）"
    how = "换户主请同时改两人的关系，或在户页面办理；另立一户请办分户"
    return FieldProblem("relation", text, how)


def _household(change: "Change") -> UUID | None:
    return change.residence.household_id if change.residence else None


def _of(told: Told) -> UUID:
    assert told.residence.household_id is not None  # only those in a household are asked about
    return told.residence.household_id
