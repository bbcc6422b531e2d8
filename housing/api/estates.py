"""Estates."""

from typing import Any

from rest_framework import serializers

from housing import services
from housing.estate_lists import EstateFilter
from housing.estates import Estate
from housing.forms.estates import EstateForm
from portal.orgs.api.bodies import body_of
from portal.orgs.api.frame import Act, Body, EditableItem, ItemAct, Listing
from portal.orgs.capabilities import Capability

TAG = "实有房屋"
REFUSALS = (services.HousingError,)


class EstateShape(serializers.ModelSerializer[Estate]):
    """An estate with what stands there."""

    committee = serializers.IntegerField(source="committee_id", label="居（村）委代码")
    buildings = serializers.IntegerField(label="楼栋数")
    dwellings = serializers.IntegerField(label="套数")
    joined_to = serializers.UUIDField(source="joined_to_id", label="并入小区", allow_null=True)

    class Meta:
        model = Estate
        fields = (
            "id", "committee", "name", "property_company", "owners_committee", "built_from",
            "built_to", "buildings", "dwellings", "ended_on", "joined_to", "version",
        )  # fmt: skip
        read_only_fields = fields


class Estates(Act, Listing):
    """Estates of the acting unit; a new one before its buildings."""

    capability = Capability.VIEW_REGISTER
    changing = Capability.EDIT_HOUSING
    tag = TAG
    title = "小区"
    about = "读取本单位在用的小区；登记楼栋时写上名称也会登记小区，这里用于先登记小区。"
    answers = EstateShape
    filterset = EstateFilter
    listed = ("housing.estate", "小区")
    refusals = REFUSALS
    body = body_of(
        EstateForm, "NewEstate",
        committee=serializers.IntegerField(label="居（村）委代码", required=False),
    )  # fmt: skip

    def rows(self) -> Any:
        return Estate.objects.in_scope(self.scope).with_stock()

    def filter_context(self) -> dict[str, Any]:
        return {"scope": self.scope}

    def act(self, told: dict[str, Any], **keys: Any) -> Estate:
        committee = told.pop("committee", None) or self.scope.unit
        made = services.register_estate(committee=committee, told=told, by=self.scope, at=self.at)
        found: Estate = self.rows().get(pk=made.pk)
        return found


class EstateItem(EditableItem):
    """One estate; what it tells holds for all of its buildings."""

    capability = Capability.VIEW_REGISTER
    changing = Capability.EDIT_HOUSING
    tag = TAG
    title = "一个小区"
    about = "更正时只写要改的字段；改名后各幢楼一起改。"
    answers = EstateShape
    viewed = "housing.estate_viewed"
    refusals = REFUSALS
    body = body_of(EstateForm, "EstateFacts", partial=True)

    def rows(self) -> Any:
        return Estate.objects.with_stock()

    def change(self, row: Any, told: dict[str, Any]) -> None:
        services.change_estate(
            estate_id=row.pk, changes=told, version=row.version, by=self.scope, at=self.at
        )


class Joining(Body):
    """Which estate stays."""

    into = serializers.UUIDField(label="保留的小区")


class EstateJoining(ItemAct):
    """An estate that is another one under a second name."""

    capability = changing = Capability.EDIT_HOUSING
    tag = TAG
    title = "并入另一个小区"
    about = "楼栋改属保留的小区，这个小区作为旧名保留。"
    answers = EstateShape
    refusals = REFUSALS
    item = EstateItem
    body = Joining

    def do(self, row: Any, told: dict[str, Any]) -> None:
        services.join_estates(
            estate_id=row.pk, into_id=told["into"], version=row.version, by=self.scope, at=self.at
        )
