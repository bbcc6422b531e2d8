"""Dwellings: the list with the conditions of the page, one dwelling, its correction."""

from typing import Any

from housing import services
from housing.api.buildings import REFUSALS, TAG, DwellingShape
from housing.filters import DwellingFilter
from housing.forms import DwellingForm
from housing.models import Building, DwellingUnit
from portal.orgs.api.bodies import body_of
from portal.orgs.api.changes import Changes
from portal.orgs.api.frame import EditableItem, Listing
from portal.orgs.capabilities import Capability


class Dwellings(Listing):
    """Dwellings of the acting unit; without a status those that are on the frame."""

    capability = Capability.VIEW_REGISTER
    tag = TAG
    title = "房屋（套）"
    about = "筛选条件与“实有房屋”列表相同。产权人不在接口里给出。"
    answers = DwellingShape
    filterset = DwellingFilter
    listed = ("housing.dwellingunit", "实有房屋")

    def rows(self) -> Any:
        return DwellingUnit.objects.in_scope(self.scope)

    def filter_context(self) -> dict[str, Any]:
        buildings = Building.objects.in_scope(self.scope).existing()
        return super().filter_context() | {"buildings": buildings}


class DwellingChanges(Changes):
    """Dwellings changed since, those off the frame too."""

    capability = Capability.VIEW_REGISTER
    tag = TAG
    title = "房屋的变动"
    about = (
        "按最近变动的先后；不再在册的房屋以其状态告知。"
        "核实无变化不算变动。一分钟内的变动下一次才读到。"
    )
    answers = DwellingShape
    listed = ("housing.dwellingunit", "房屋变动")

    def rows(self) -> Any:
        return DwellingUnit.objects.in_scope(self.scope)


class DwellingItem(EditableItem):
    """One dwelling."""

    capability = Capability.VIEW_REGISTER
    changing = Capability.EDIT_HOUSING
    tag = TAG
    title = "一套房屋"
    about = "更正时只写要改的字段；房屋编码和合法性另有办理，不在这里改。"
    answers = DwellingShape
    viewed = "housing.viewed"
    refusals = REFUSALS
    body = body_of(
        DwellingForm, "DwellingFacts", partial=True,
        only=("room_no", "floor", "occupancy", "tenure", "floor_area", "design_rooms",
              "owner_name", "design_use", "actual_use", "note"),
    )  # fmt: skip

    def rows(self) -> Any:
        return DwellingUnit.objects.all()

    def change(self, row: Any, told: dict[str, Any]) -> None:
        services.update_dwelling(
            dwelling_id=row.pk, changes=told, version=row.version, by=self.scope, at=self.at
        )
