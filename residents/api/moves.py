"""One residence: moved within the unit, or ended because somebody has left."""

from collections.abc import Iterable
from typing import Any

from rest_framework import serializers

from housing.models import DwellingUnit
from portal.orgs.access import get_in_scope
from portal.orgs.api.bodies import body_of
from portal.orgs.api.frame import Item, ItemAct
from portal.orgs.capabilities import Capability
from residents import services
from residents.api.people import TAG, EpisodeShape
from residents.forms import DeregisterForm, MoveForm
from residents.models import Residence

REFUSALS = (services.UnableToMove, services.UnableToDeregister, services.StaleVersion)


class ResidenceItem(Item):
    """One episode of somebody at a dwelling."""

    capability = Capability.VIEW_REGISTER
    tag = TAG
    title = "一项居住登记"
    about = "搬迁、注销各是一项办理，都带这里的 ETag；人员的信息在人员里更正。"
    answers = EpisodeShape
    viewed = "residents.viewed"

    def rows(self) -> Any:
        return Residence.objects.select_related("resident")

    def people(self, row: Any) -> Iterable[Any]:
        return [row.resident_id]


class ResidenceAct(ItemAct):
    """The end of an episode, with or without a new one."""

    capability = changing = Capability.EDIT_RESIDENTS
    tag = TAG
    answers = EpisodeShape
    refusals = REFUSALS
    item = ResidenceItem


class ResidenceMove(ResidenceAct):
    title = "变更居住地"
    about = (
        "搬到本单位的另一套房屋：这一项结束，那里新开一项。"
        "应答是结束的一项，新的见房屋里的人。搬到别的居（村）委，由那里申请移交。"
    )
    body = body_of(
        MoveForm, "ResidenceMove", only=("moved_on", "method", "note"), optional=("method",),
        dwelling=serializers.UUIDField(label="搬去的房屋"),
    )  # fmt: skip

    def do(self, row: Any, told: dict[str, Any]) -> None:
        get_in_scope(DwellingUnit.objects.all(), self.scope, pk=told["dwelling"])
        services.move_resident(
            residence_id=row.pk, dwelling_id=told["dwelling"], moved_on=told["moved_on"],
            version=services.version_of(row.resident, row), method=told.get("method") or "V1",
            note=told.get("note", ""), by=self.scope, at=self.at,
        )  # fmt: skip


class ResidenceEnd(ResidenceAct):
    title = "注销居住登记"
    about = "人已离开的日期和原因；因死亡注销的，此人各项居住登记一并结束。"
    body = body_of(DeregisterForm, "ResidenceEnd")

    def do(self, row: Any, told: dict[str, Any]) -> None:
        services.deregister(
            residence_id=row.pk, ended_on=told["ended_on"], reason=told["reason"],
            version=services.version_of(row.resident, row), note=told.get("note", ""),
            by=self.scope, at=self.at,
        )  # fmt: skip
