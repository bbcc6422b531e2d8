"""What an act on households would come to, before anybody does it: who is what to which head."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from residents.categories import RELATIONS
from residents.households import HEAD
from residents.models import Residence
from residents.succession import proposed_relation


@dataclass
class Line:
    """One member in the plan: what they were, what they would be."""

    member: Residence
    was: str
    relation: str
    comes: bool = False

    @property
    def was_title(self) -> str:
        return RELATIONS.title(self.was) if self.was else ""

    @property
    def differs(self) -> bool:
        return self.was != self.relation

    @property
    def field(self) -> str:
        return f"relation-{self.member.pk}"


@dataclass
class Group:
    """A household as it would be after the act.

    :param key: the name of the field that chooses its head
    """

    key: str
    title: str
    lines: list[Line]
    head: UUID | None


def group(
    key: str, title: str, members: Sequence[Residence], *, head: UUID | None,
    told: Mapping[str, str], comes: Collection[UUID] = (),
) -> Group:  # fmt: skip
    """Members under a head; relations as typed, else as they follow from the old head's.

    :param head: the episode of the head wanted; the present one, or the only member, unless told
    :param comes: episodes of those who come from another household
    """
    by_key: dict[UUID, Residence] = {row.pk: row for row in members}
    chosen = by_key.get(head) if head else None
    if chosen is None:
        chosen = next((row for row in members if row.relation == HEAD and row.pk not in comes),
                      None)  # fmt: skip
        chosen = chosen or next((row for row in members if row.relation == HEAD), None)
        chosen = chosen or (members[0] if len(members) == 1 else None)
    lines = [
        Line(row, row.relation, _relation(row, chosen, told), row.pk in comes) for row in members
    ]
    lines.sort(key=lambda line: (line.relation != HEAD, line.member.pk))
    return Group(key, title, lines, chosen.pk if chosen else None)


def _relation(row: Residence, head: Residence | None, told: Mapping[str, str]) -> str:
    typed = told.get(f"relation-{row.pk}")
    if typed is not None:
        return typed
    if head is None:
        return "" if row.relation == HEAD else row.relation
    if row.pk == head.pk:
        return HEAD
    if row.household_id != head.household_id:
        return ""  # the register says what they were to somebody else
    return proposed_relation(
        head_was=head.relation, head_sex=head.sex, was=row.relation, sex=row.sex
    )


def relations_told(groups: Sequence[Group]) -> dict[UUID, str]:
    """What the service is told: everybody's relation."""
    return {line.member.pk: line.relation for each in groups for line in each.lines}


def options() -> list[tuple[str, str]]:
    """Relations with their code in front, so that typing the code chooses one."""
    return [(code, f"{code} {title}") for code, title in RELATIONS.choices()]
