"""One head in a family household, where single relations are corrected (domain §3.5)."""

from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from residents.households import HEAD
from residents.intake import FieldProblem
from residents.models import Household, Residence
from residents.services.errors import RowProblem, UnableToUpdate

if TYPE_CHECKING:
    from residents.services.changing import Change


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
    heads = Residence.objects.open().filter(
        household__in=list(families), relation=HEAD,
        household__kind=Household.Kind.FAMILY,
    )  # fmt: skip
    names: dict[object, list[str]] = {}
    for household, name in heads.order_by("id").values_list("household_id", "name"):
        names.setdefault(household, []).append(name)
    problems = []
    for household, change in families.items():
        if len(names.get(household, [])) == 1:
            continue
        if names.get(household):
            text = f"这一户有 {len(names[household])} 名户主（{'、'.join(names[household])}）"
        elif change.diff["relation"][0] == HEAD:
            text = "这一户就没有户主了"
        else:
            continue
        how = "换户主请同时改两人的关系，或在户页面办理；另立一户请办分户"
        problems.append(RowProblem(change.row, FieldProblem("relation", text, how)))
    if problems:
        raise UnableToUpdate(problems)


def _household(change: "Change") -> UUID | None:
    return change.residence.household_id if change.residence else None
