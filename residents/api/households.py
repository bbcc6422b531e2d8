"""Households of a dwelling, and the acts on them: change of head, split, merge, move of a member.

Whoever asks says who leads; the relations that follow from it are worked out as on the page, and
those that cannot be are told in `relations`. The `ETag` of a household covers everybody at its
dwelling, since an act takes the whole dwelling in hand.
"""

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from housing.models import DwellingUnit
from portal.audit.record import record
from portal.orgs.access import get_in_scope
from portal.orgs.api.bodies import body_of
from portal.orgs.api.frame import Endpoint, Item, ItemAct
from portal.orgs.api.schema import Plain
from portal.orgs.capabilities import Capability
from residents import regrouping, services
from residents.categories import RELATIONS
from residents.forms import RegroupForm
from residents.models import Household, Residence
from residents.regrouping import Group

TAG = "户"
REFUSALS = (services.UnableToRegroup, services.UnableToMove)
#: The page's names of what the service refuses, as the bodies here call them.
FIELDS = {"relation": "relations", "to": "other", "address": "dwelling"}


class MemberShape(serializers.ModelSerializer[Residence]):
    """Who is in a household, and as what."""

    residence = serializers.UUIDField(source="pk", label="居住登记")
    resident = serializers.UUIDField(source="resident_id", label="人员")

    class Meta:
        model = Residence
        fields = ("residence", "resident", "name", "relation", "begin_on")
        read_only_fields = fields


class HouseholdShape(serializers.ModelSerializer[Household]):
    """A household with its members; `state` differs as soon as anybody at the dwelling changed."""

    committee = serializers.IntegerField(source="committee_id", label="居（村）委代码")
    dwelling = serializers.UUIDField(source="dwelling_id", label="房屋")
    members = serializers.SerializerMethodField(label="成员，户主在前")
    state = serializers.SerializerMethodField(label="这套房屋各户的现状，任何一户有变就不同")

    class Meta:
        model = Household
        fields = (
            "id", "committee", "dwelling", "kind", "closed_on", "version", "members", "state",
        )  # fmt: skip
        read_only_fields = fields

    def get_members(self, row: Any) -> list[dict[str, Any]]:
        return [dict(each) for each in MemberShape(members_of(row), many=True).data]

    def get_state(self, row: Any) -> str:
        return services.state_of(row.everybody)


def members_of(household: Any) -> list[Residence]:
    """Those of a household, from everybody at its dwelling."""
    return [each for each in household.everybody if each.household_id == household.pk]


class Homes(Plain, Endpoint):
    """The open households of a dwelling."""

    capability = Capability.VIEW_REGISTER
    tag = TAG
    title = "一套房屋里的户"
    about = "每一户和它的成员；没有编入任何一户的人见房屋里的人。"
    answers = HouseholdShape
    many = True

    def get(self, request: Request, pk: Any) -> Response:
        dwelling = get_in_scope(DwellingUnit.objects.all(), self.scope, pk=pk)
        homes = Household.objects.in_scope(self.scope).filter(dwelling=dwelling, closed_on=None)
        everybody = services.members_at(dwelling.pk, self.scope)
        found: list[Any] = list(homes.order_by("id"))
        for home in found:
            home.everybody = everybody
        record(
            "residents.viewed", by=self.scope, at=self.at, target=dwelling,
            committee=dwelling.committee_id, subjects=[row.resident_id for row in everybody],
        )  # fmt: skip
        return Response([self.shown(home) for home in found])


class HouseholdItem(Item):
    """One household."""

    capability = Capability.VIEW_REGISTER
    tag = TAG
    title = "一户"
    about = "换户主、分户、并户、转户各是一项办理，都带这里的 ETag。"
    answers = HouseholdShape
    viewed = "residents.household_viewed"

    def rows(self) -> Any:
        return Household.objects.select_related("dwelling")

    def find(self, pk: Any) -> Any:
        found = super().find(pk)
        found.everybody = services.members_at(found.dwelling_id, self.scope)
        return found

    def people(self, row: Any) -> Iterable[Any]:
        return [each.resident_id for each in members_of(row)]


def relations() -> serializers.DictField:
    """Relations by episode, for those that do not follow from the choice of the head."""
    return serializers.DictField(
        child=serializers.ChoiceField(RELATIONS.choices()), required=False,
        label="与户主关系，以居住登记为键；没有写的按新户主推算，推算不出的须写",
    )  # fmt: skip


def episode(label: str, *, required: bool = True) -> serializers.UUIDField:
    return serializers.UUIDField(label=label, required=required)


class HouseholdAct(ItemAct):
    """An act on the household that somebody has read."""

    capability = changing = Capability.EDIT_RESIDENTS
    tag = TAG
    answers = HouseholdShape
    refusals = REFUSALS
    item = HouseholdItem

    def do(self, row: Any, told: dict[str, Any]) -> None:
        try:
            self.regroup(row, told)
        except services.UnableToRegroup as why:
            raise services.UnableToRegroup(str(why), FIELDS.get(why.field, why.field)) from why

    @abstractmethod
    def regroup(self, row: Any, told: dict[str, Any]) -> None:
        """Do it to the household as its reader saw it."""

    def group(
        self, rows: Sequence[Residence], told: dict[str, Any], head: str = "head", **more: Any
    ) -> Group:
        """These members under the head that was told, with the relations that follow."""
        typed = {f"relation-{key}": code for key, code in told.get("relations", {}).items()}
        return regrouping.group(head, "", rows, head=told.get(head), told=typed, **more)

    def common(self, row: Any, told: dict[str, Any], *groups: Group) -> dict[str, Any]:
        """What every act is told."""
        asked = services.Regrouped(
            regrouping.relations_told(groups), services.state_of(row.everybody), told["on"],
            told.get("note", ""),
        )  # fmt: skip
        return {"asked": asked, "by": self.scope, "at": self.at}


class HeadChange(HouseholdAct):
    title = "更换户主"
    about = "其他人与新户主的关系按原来的关系推算。"
    body = body_of(
        RegroupForm, "HeadChange", only=("on", "note"),
        head=episode("新户主的居住登记"), relations=relations(),
    )  # fmt: skip

    def regroup(self, row: Any, told: dict[str, Any]) -> None:
        group = self.group(members_of(row), told)
        services.change_head(household_id=row.pk, **self.common(row, told, group))


class HouseholdSplit(HouseholdAct):
    title = "分户"
    about = (
        "所选成员另立一户，可以同时搬到本单位另一套房屋。应答是原来的一户，新的一户见房屋里的户。"
    )
    body = body_of(
        RegroupForm, "HouseholdSplit", only=("on", "method", "note"),
        members=serializers.ListField(
            child=serializers.UUIDField(), min_length=1, max_length=60,
            label="分出去的成员的居住登记",
        ),
        head=episode("新户的户主；只分出一人时可不写", required=False),
        rest=episode("原户的户主；不变的可不写", required=False),
        dwelling=serializers.UUIDField(label="搬去的房屋；留在这里的不写", required=False),
        relations=relations(),
    )  # fmt: skip

    def regroup(self, row: Any, told: dict[str, Any]) -> None:
        going = [each for each in members_of(row) if each.pk in told["members"]]
        staying = [each for each in members_of(row) if each not in going]
        services.split_household(
            household_id=row.pk, members=told["members"], dwelling_id=told.get("dwelling"),
            method=told.get("method") or "V1",
            **self.common(row, told, self.group(going, told), self.group(staying, told, "rest")),
        )  # fmt: skip


class HouseholdMerge(HouseholdAct):
    title = "并户"
    about = "同一房屋里的另一户并入这一户，另一户随即销户。"
    body = body_of(
        RegroupForm, "HouseholdMerge", only=("on", "note"),
        other=serializers.UUIDField(label="并进来的一户"),
        head=episode("合并以后的户主；不变的可不写", required=False), relations=relations(),
    )  # fmt: skip

    def regroup(self, row: Any, told: dict[str, Any]) -> None:
        coming = [each for each in row.everybody if each.household_id == told["other"]]
        rows = [*members_of(row), *coming]
        group = self.group(rows, told, comes={each.pk for each in coming})
        services.merge_households(
            household_id=row.pk, other_id=told["other"], **self.common(row, told, group)
        )


class MemberMove(HouseholdAct):
    title = "转户"
    about = "一名成员转入同一房屋里的另一户。应答是转出的一户。"
    body = body_of(
        RegroupForm, "MemberMove", only=("on", "note"),
        member=episode("转户成员的居住登记"),
        other=serializers.UUIDField(label="转入的一户"),
        head=episode("转入户的户主；不变的可不写", required=False),
        rest=episode("原户的户主；不变的可不写", required=False), relations=relations(),
    )  # fmt: skip

    def regroup(self, row: Any, told: dict[str, Any]) -> None:
        member = next((each for each in members_of(row) if each.pk == told["member"]), None)
        if member is None:
            raise services.UnableToRegroup("所选成员已不在这一户，请重新选择", "member")
        joined = [each for each in row.everybody if each.household_id == told["other"]]
        left = [each for each in members_of(row) if each.pk != member.pk]
        groups = [self.group([*joined, member], told, comes={member.pk})]
        if left:
            groups.append(self.group(left, told, "rest"))
        services.move_member(
            residence_id=member.pk, household_id=told["other"],
            **self.common(row, told, *groups),
        )  # fmt: skip
