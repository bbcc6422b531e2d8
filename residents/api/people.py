"""People and their episodes: masked reads, and writes through the services."""

from collections.abc import Iterable
from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from housing.models import Building, DwellingUnit
from portal.audit.record import record
from portal.orgs.access import get_in_scope
from portal.orgs.api.changes import Changes
from portal.orgs.api.frame import Act, Body, EditableItem, Listing
from portal.orgs.api.schema import Plain
from portal.orgs.capabilities import Capability
from residents import services
from residents.filters import ResidenceFilter
from residents.identity import mask_birth
from residents.intake import TITLES
from residents.models import Residence, Resident

TAG = "实有人口"
REFUSALS = (services.UnableToSave, services.UnableToVerify, services.StaleVersion)
TELLABLE = tuple(TITLES)


class EpisodeShape(serializers.ModelSerializer[Residence]):
    """Somebody at a dwelling: numbers masked, the birth date as its year."""

    resident = serializers.UUIDField(source="resident_id", label="人员")
    dwelling = serializers.UUIDField(source="dwelling_id", label="房屋")
    household = serializers.UUIDField(source="household_id", label="户", allow_null=True)
    committee = serializers.IntegerField(source="committee_id", label="居（村）委代码")
    born = serializers.SerializerMethodField(label="出生日期（遮盖）")
    version = serializers.SerializerMethodField(label="版本")

    class Meta:
        model = Residence
        fields = (
            "id", "resident", "dwelling", "household", "committee", "name", "sex", "born",
            "category", "kind", "relation", "tenancy_role", "reason", "origin", "id_mask",
            "phone_mask", "short_address", "begin_on", "registered_on", "verified_on", "due_on",
            "status", "version",
        )  # fmt: skip

    def get_born(self, row: Residence) -> str:
        return mask_birth(row.birth_date)

    def get_version(self, row: Residence) -> str:
        return services.version_of(row.resident, row)


class PersonShape(serializers.ModelSerializer[Resident]):
    """A person with the open episodes in sight."""

    born = serializers.SerializerMethodField(label="出生日期（遮盖）")
    episodes = serializers.SerializerMethodField(label="在住的居住段")

    class Meta:
        model = Resident
        fields = (
            "id", "name", "sex", "born", "ethnicity", "nationality", "category", "origin",
            "education", "employer_name", "doc_type", "id_mask", "phone_mask", "note", "version",
            "episodes",
        )  # fmt: skip

    def get_born(self, row: Resident) -> str:
        return mask_birth(row.birth_date)

    def get_episodes(self, row: Resident) -> list[dict[str, Any]]:
        found = Residence.objects.in_scope(self.context["scope"]).open().filter(resident=row)
        rows = found.select_related("resident").order_by("id")
        return [dict(each) for each in EpisodeShape(rows, many=True).data]


class Told(Body):
    """What is told of a person: texts, as on the form; what is left out stays as it is."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        said = {
            key: serializers.CharField(
                label=title, required=False, allow_blank=True, allow_null=True, max_length=400
            )
            for key, title in TITLES.items()
        }
        return {**said, **super().get_fields()}


class Correction(Told):
    """Fields that change."""


class Arrival(Told):
    """A person who lives at the dwelling; `arrival` says what becomes of a former residence."""

    arrival = serializers.ChoiceField(
        ["move", "stay"], required=False, label="本单位另有居住登记的：迁来，或保留为主要居所"
    )


class Visit(Body):
    """How the dwelling was verified."""

    method = serializers.CharField(required=False, max_length=2, label="核实方式")


class Verified(serializers.Serializer[Any]):
    """How many episodes were verified."""

    verified = serializers.IntegerField(label="核实人数")


class Residences(Listing):
    """Actual population of the acting unit."""

    capability = Capability.VIEW_REGISTER
    tag = TAG
    title = "居住登记"
    about = "筛选条件与“实有人口”列表相同。证件号、手机、出生日期都遮盖。"
    answers = EpisodeShape
    filterset = ResidenceFilter
    listed = ("residents.residence", "实有人口")
    subject = "resident_id"

    def rows(self) -> Any:
        return Residence.objects.in_scope(self.scope).select_related("resident")

    def filter_context(self) -> dict[str, Any]:
        buildings = Building.objects.in_scope(self.scope).existing()
        return super().filter_context() | {"buildings": buildings}


class Person(EditableItem):
    """One person; a correction names only the fields that change."""

    capability = Capability.VIEW_REGISTER
    changing = Capability.EDIT_RESIDENTS
    tag = TAG
    title = "一个人"
    about = "更正时只写要改的字段，与登记页的字段相同。"
    answers = PersonShape
    viewed = "residents.viewed"
    refusals = REFUSALS
    body = Correction

    def rows(self) -> Any:
        return Resident.objects.all()

    def people(self, row: Any) -> Iterable[Any]:
        return [row.pk]

    def change(self, row: Any, told: dict[str, Any]) -> None:
        held = Residence.objects.in_scope(self.scope).in_hand(row).first()
        services.update_resident(
            resident_id=row.pk, version=services.version_of(row, held), told=told_in(told),
            by=self.scope, at=self.at,
        )  # fmt: skip


class ResidentChanges(Changes):
    """People whose record or residence changed since."""

    capability = Capability.VIEW_REGISTER
    tag = TAG
    title = "人员的变动"
    about = (
        "按最近变动的先后：登记、更正、迁移、注销、合并、户的变动。"
        "核实无变化不算变动，核实日期见 residences；"
        "迁出本居（村）委的人不再出现，其已结束的居住登记见 residences。"
        "一分钟内的变动下一次才读到。"
    )
    answers = PersonShape
    listed = ("residents.resident", "人员变动")
    subject = "pk"

    def rows(self) -> Any:
        return Resident.objects.in_scope(self.scope)


class Members(Plain, Act):
    """Everybody on record at a dwelling; and one more."""

    capability = Capability.VIEW_REGISTER
    changing = Capability.EDIT_RESIDENTS
    tag = TAG
    title = "一套房屋里的人"
    about = "登记时按登记页的规则检查；号码已在别处登记的，只告知单位和最近核实日期。"
    answers = EpisodeShape
    many = True
    refusals = REFUSALS
    body = Arrival

    def get(self, request: Request, pk: Any) -> Response:
        dwelling = get_in_scope(DwellingUnit.objects.all(), self.scope, pk=pk)
        rows = Residence.objects.in_scope(self.scope).open().filter(dwelling=dwelling)
        found = list(rows.select_related("resident").order_by("id"))
        record(
            "residents.viewed", by=self.scope, at=self.at, target=dwelling,
            committee=dwelling.committee_id, subjects=[row.resident_id for row in found],
        )  # fmt: skip
        return Response([self.shown(row) for row in found])

    def act(self, told: dict[str, Any], **keys: Any) -> Residence:
        get_in_scope(DwellingUnit.objects.all(), self.scope, pk=keys["pk"])
        return services.register_resident(
            dwelling_id=keys["pk"], told=told_in(told), arrival=told.get("arrival", ""),
            by=self.scope, at=self.at,
        )  # fmt: skip


class Verification(Act):
    """Verified, nothing changed."""

    capability = changing = Capability.VERIFY
    tag = TAG
    title = "核实无变化"
    about = "这套房屋里在册的人都核实过，没有变化。"
    answers = Verified
    refusals = REFUSALS
    body = Visit

    def act(self, told: dict[str, Any], **keys: Any) -> dict[str, int]:
        get_in_scope(DwellingUnit.objects.all(), self.scope, pk=keys["pk"])
        rows = services.verify_dwelling(
            dwelling_id=keys["pk"], method=told.get("method", "V1"), by=self.scope, at=self.at
        )
        return {"verified": len(rows)}


def told_in(data: dict[str, Any]) -> dict[str, str]:
    """The fields of a person in a request's body, as texts."""
    return {key: str(data[key]) for key in TELLABLE if data.get(key) is not None}
