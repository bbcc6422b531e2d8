"""Who holds a number already: in this scope, elsewhere, or nobody (D-5).

Paper: S-09.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection

from portal.orgs.models import OrgUnit
from portal.orgs.scope import Scope
from residents.intake import FieldProblem
from residents.models import Identity, Residence, Resident
from residents.services.sealing import Indexed


@dataclass
class Found:
    """Somebody who holds a number. `resident` is None where the record is out of sight."""

    committee: int
    verified_on: date | None
    resident: Resident | None = None
    residences: list[Residence] = field(default_factory=list)

    @property
    def primary(self) -> Residence | None:
        """The open primary episode, if there is one in sight."""
        return next((row for row in self.residences if row.is_primary), None)


def find_holders(documents: Iterable[Indexed], *, by: Scope) -> dict[bytes, Found]:
    """Holders of documents by blind index, in at most three queries however many are asked.

    Out of scope only the committee and the last verification are told, by a function of the
    database that answers for numbers one holds in one's hands. While keys are changed, somebody
    who stands under the index of before is found all the same.
    """
    asked = {index: each.index for each in documents for index in (each.index, *each.earlier)}
    if not asked:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT blind_index, committee_id, verified_on FROM registered_where(%s::bytea[])",
            [sorted(asked)],
        )
        held = {bytes(row[0]): Found(row[1], row[2]) for row in cursor.fetchall()}
    found = {asked[index]: holder for index, holder in held.items()}
    near = [index for index, holder in held.items() if by.covers(holder.committee)]
    if not near:
        return found
    identities = Identity.objects.in_scope(by).filter(blind_index__in=near)
    by_resident: dict[Any, Found] = {}
    for identity in identities.select_related("resident"):
        holder = held[bytes(identity.blind_index)]
        holder.resident = identity.resident
        by_resident[identity.resident_id] = holder
    episodes = Residence.objects.in_scope(by).open().filter(resident_id__in=list(by_resident))
    for episode in episodes:
        by_resident[episode.resident_id].residences.append(episode)
    return found


def elsewhere_sentence(found: Found, names: dict[int, str]) -> str:
    """`该证件号已登记在 甘泉路街道 · 章家浜居委会，最近核实 2025-12-08`."""
    place = names.get(found.committee, str(found.committee))
    checked = f"，最近核实 {found.verified_on}" if found.verified_on else "，尚未核实"
    return f"该证件号已登记在 {place}{checked}"


def unit_names(codes: Iterable[int]) -> dict[int, str]:
    """`街道 · 居委会` by committee code."""
    rows = OrgUnit.objects.filter(code__in=set(codes))
    return {
        code: _titled(name, above)
        for code, name, above in rows.values_list("code", "name", "parent__name")
    }


def unit_title(unit: OrgUnit) -> str:
    """`街道 · 居委会` of one unit, read with its parent."""
    return _titled(unit.name, unit.parent.name if unit.parent else None)


def _titled(name: str, above: str | None) -> str:
    return name if above is None else f"{above} · {name}"


class ElsewhereProblem(FieldProblem):
    """A number that another unit holds: a form offers to ask for a transfer."""

    __slots__ = ()


def elsewhere_problems(
    found: Sequence[tuple[Any, Found]],
) -> list[tuple[Any, FieldProblem]]:
    """A sentence at the number for each row whose number belongs to another unit."""
    names = unit_names(holder.committee for _, holder in found)
    return [
        (row, ElsewhereProblem("document_number", elsewhere_sentence(holder, names),
                               "请核对证件原件；确已搬来的，在入户登记中发起移交"))
        for row, holder in found
    ]  # fmt: skip
