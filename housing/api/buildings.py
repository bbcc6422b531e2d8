"""Buildings."""

from typing import Any

from rest_framework import serializers

from housing import services
from housing.forms import BuildingFactsForm, BuildingForm, NewDwellingForm
from housing.models import Building, DwellingUnit
from housing.rooms import BlockError, RoomBlock, read_floors, read_places
from portal.orgs.access import get_in_scope
from portal.orgs.api.bodies import body_of
from portal.orgs.api.frame import Act, EditableItem, Listing
from portal.orgs.capabilities import Capability

TAG = "实有房屋"
REFUSALS = (services.HousingError, BlockError)


class DwellingShape(serializers.ModelSerializer[DwellingUnit]):
    """A dwelling without its owner: who owns it is nobody's business outside the committee."""

    committee = serializers.IntegerField(source="committee_id", label="居（村）委代码")
    building = serializers.UUIDField(source="building_id", label="楼栋")

    class Meta:
        model = DwellingUnit
        fields = (
            "id", "committee", "building", "address", "floor", "room_no", "house_code",
            "code_state", "design_use", "actual_use", "floor_area", "design_rooms", "tenure",
            "occupancy", "occupancy_checked_on", "legality", "leased_until", "occupants",
            "households", "verified_on", "status", "version",
        )  # fmt: skip
        read_only_fields = fields


class BuildingShape(serializers.ModelSerializer[Building]):
    """A building with its counted columns; what its estate tells of all is told of it."""

    committee = serializers.IntegerField(source="committee_id", label="居（村）委代码")
    estate = serializers.CharField(source="estate_name", label="小区")
    estate_id = serializers.UUIDField(label="小区标识", allow_null=True)
    property_company = serializers.CharField(source="manager", label="物业公司")
    owners_committee = serializers.CharField(source="owners", label="业委会")

    class Meta:
        model = Building
        fields = (
            "id", "committee", "name", "short_name", "estate", "estate_id", "use", "storeys",
            "built_year", "structure", "entrance_count", "property_company", "owners_committee",
            "contact", "dwelling_count", "status", "version",
        )  # fmt: skip
        read_only_fields = fields


class Buildings(Act, Listing):
    """Buildings of the acting unit that stand; a new one with its rooms in one act."""

    capability = Capability.VIEW_REGISTER
    changing = Capability.EDIT_HOUSING
    tag = TAG
    title = "楼栋"
    about = "读取本单位的楼栋；登记一幢新楼时可同时按层、每层套数建好房间。"
    answers = BuildingShape
    listed = ("housing.building", "楼栋")
    refusals = REFUSALS
    body = body_of(
        BuildingForm, "NewBuilding",
        optional=("use", "first_floor", "last_floor", "per_floor", "tenure", "codes"),
        committee=serializers.IntegerField(label="居（村）委代码", required=False),
    )  # fmt: skip

    def rows(self) -> Any:
        return Building.objects.in_scope(self.scope).existing().select_related("estate")

    def act(self, told: dict[str, Any], **keys: Any) -> Building:
        facts = {key: told[key] for key in ("estate", "use", "built_year") if told.get(key)}
        return services.register_building(
            committee=told.get("committee") or self.scope.unit, address=told["address"],
            block=_block(told), tenure=told.get("tenure") or "9",
            codes=told.get("codes") or "internal", by=self.scope, at=self.at, **facts,
        )  # fmt: skip


def _block(told: dict[str, Any]) -> RoomBlock | None:
    if not (told.get("last_floor") and told.get("per_floor")):
        return None
    return RoomBlock(
        first_floor=told.get("first_floor") or 1, last_floor=told["last_floor"],
        per_floor=told["per_floor"], skipped=read_floors(told.get("skipped") or ""),
        entrances=told.get("entrances") or 1, places=read_places(told.get("places") or ""),
    )  # fmt: skip


class BuildingItem(EditableItem):
    """One building; its address stays, its facts may be corrected."""

    capability = Capability.VIEW_REGISTER
    changing = Capability.EDIT_HOUSING
    tag = TAG
    title = "一幢楼"
    about = "更正时只写要改的字段。"
    answers = BuildingShape
    viewed = "housing.viewed"
    refusals = REFUSALS
    body = body_of(BuildingFactsForm, "BuildingFacts", partial=True)

    def rows(self) -> Any:
        return Building.objects.select_related("estate")

    def change(self, row: Any, told: dict[str, Any]) -> None:
        services.update_building(
            building_id=row.pk, changes=told, version=row.version, by=self.scope, at=self.at
        )


class BuildingDwellings(Act):
    """One more dwelling in a building."""

    capability = changing = Capability.EDIT_HOUSING
    tag = TAG
    title = "在楼栋里登记一套房屋"
    about = "室号可带单元，如 2单元301；房屋编码空着就按楼栋和室号编。"
    answers = DwellingShape
    refusals = REFUSALS
    body = body_of(
        NewDwellingForm, "NewDwelling", optional=("floor", "occupancy", "tenure"),
        only=("room_no", "floor", "occupancy", "tenure", "floor_area", "design_rooms",
              "owner_name", "house_code", "note"),
    )  # fmt: skip

    def act(self, told: dict[str, Any], **keys: Any) -> DwellingUnit:
        get_in_scope(Building.objects.all(), self.scope, pk=keys["pk"])
        return services.register_dwelling(
            building_id=keys["pk"], by=self.scope, at=self.at,
            **{key: value for key, value in told.items() if value is not None},
        )  # fmt: skip
