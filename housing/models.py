"""Actual housing (实有房屋): plates, buildings, dwelling units, house codes (domain §3.7–3.10)."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from housing.campaigns import Campaign, CampaignTarget, Finding
from housing.code_checks import CodeCheck, CodeException
from housing.code_requests import HouseCodeRequest
from housing.dwelling_rooms import GroupRentalDecision, GroupRentalTest, Room
from housing.enforcement import EnforcementSite, Referral
from housing.estates import Estate, OwnersCommittee
from housing.key_areas import KeyArea, KeyAreaBuilding
from housing.leases import Lease
from housing.legality import LegalityDetermination
from housing.photos import FindingPhoto
from housing.querysets import BuildingQuerySet, DwellingQuerySet
from portal.orgs.records import CommitteeRecord, ScopedQuerySet

__all__ = [
    "AddressPlate", "Building", "Campaign", "CampaignTarget", "CodeCheck", "CodeException",
    "DwellingUnit", "EnforcementSite", "Estate", "Finding", "FindingPhoto", "GroupRentalDecision",
    "GroupRentalTest", "HouseCodeEvent", "HouseCodeRequest", "KeyArea", "KeyAreaBuilding",
    "Lease", "LegalityDetermination", "Referral", "Room", "Source",
]  # fmt: skip


class Source(models.TextChoices):
    """Where a record came from (domain.md §3.0)."""

    VISIT = "S1", "上门采集"
    DECLARED = "S2", "自主申报"
    CENTER = "S3", "受理中心"
    EXCHANGE = "S5", "部门交换"
    LEAD = "S6", "线索"
    LEDGER = "S7", "台账导入"


class AddressPlate(CommitteeRecord):
    """A number plate of the street (门弄牌): the address that buildings hang on."""

    road = models.CharField("路名", max_length=40)
    lane = models.CharField("弄", max_length=12, blank=True)
    sub_lane = models.CharField("支弄", max_length=12, blank=True)
    number = models.CharField("号", max_length=12)
    address = models.CharField("门牌地址", max_length=120, db_collation="C", unique=True)
    retired_on = models.DateField("停用日期", null=True, blank=True)

    objects = ScopedQuerySet["AddressPlate"].as_manager()

    class PersonalData:
        personal: ClassVar[set[str]] = set()
        plain: ClassVar[set[str]] = {
            "road", "lane", "sub_lane", "number", "address", "retired_on",
        }  # fmt: skip

    class Meta:
        verbose_name = "门弄牌"

    def __str__(self) -> str:
        return self.address


class Building(CommitteeRecord):
    """A building (幢, domain §3.8); its board shows floors by units.

    `contact` is who speaks for its people (楼组长). `property_company` and `owners_committee` are
    its own where its estate does not tell them of all its buildings: `manager` and `owners` read
    both.
    """

    class Status(models.TextChoices):
        EXISTING = "existing", "在用"
        DEMOLISHED = "demolished", "已拆除"
        UNDELIVERED = "undelivered", "未交付"

    plate = models.ForeignKey(AddressPlate, models.PROTECT, related_name="buildings")
    building_no = models.CharField("幢号", max_length=12, blank=True)
    name = models.CharField("楼栋", max_length=120)
    short_name = models.CharField("楼栋简称", max_length=40)
    sort_key = models.CharField(max_length=160, db_collation="C")
    #: what the estate is called, kept in step by the estate's services: lists and searches read it
    #: without a join, and so does the release before, for which it is all there is
    estate_name = models.CharField("小区", max_length=60, blank=True, db_column="estate")
    estate = models.ForeignKey(
        Estate, models.PROTECT, null=True, blank=True, related_name="building_set",
        db_index=False,
        db_constraint=False,  # a composite key with the committee stands in the migration
        verbose_name="小区",
    )  # fmt: skip
    use = models.CharField("用途", max_length=2, default="10")
    storeys = models.PositiveSmallIntegerField("层数", default=1)
    built_year = models.PositiveSmallIntegerField("建成年份", null=True, blank=True)
    dwelling_count = models.IntegerField("套数", default=0)
    structure = models.CharField("建筑结构", max_length=1, blank=True, db_default="", default="")
    entrance_count = models.PositiveSmallIntegerField("单元数", null=True, blank=True)
    property_company = models.CharField(
        "物业公司", max_length=60, blank=True, db_default="", default=""
    )
    owners_committee = models.CharField(
        "业委会", max_length=1, choices=OwnersCommittee, blank=True, db_default="", default=""
    )
    contact = models.CharField("楼组长", max_length=50, blank=True, db_default="", default="")
    status = models.CharField("状态", max_length=12, choices=Status, default=Status.EXISTING)
    #: the building's part of internal house codes, told apart inside its committee
    code_block = models.CharField("编码幢段", max_length=8, blank=True, db_collation="C")
    version = models.IntegerField(default=1)

    objects = BuildingQuerySet.as_manager()

    class PersonalData:
        personal: ClassVar[set[str]] = {"contact"}
        plain: ClassVar[set[str]] = {
            "plate_id", "building_no", "name", "short_name", "sort_key", "estate_name",
            "estate_id", "use", "storeys", "built_year", "structure", "entrance_count",
            "property_company", "owners_committee", "dwelling_count", "status", "code_block",
            "version",
        }  # fmt: skip

    class Meta:
        verbose_name = "楼栋"
        constraints = [
            models.UniqueConstraint(
                fields=["plate", "building_no"],
                name="housing_building_once_per_plate",
                violation_error_message="该门牌下已有这一幢",
            ),
            models.UniqueConstraint(fields=["id", "committee"], name="housing_building_committee"),
            models.UniqueConstraint(
                fields=["committee", "code_block"],
                condition=~Q(code_block=""),
                name="housing_code_block_once",
                violation_error_message="该编码幢段已用于本居委另一幢楼",
            ),
            models.CheckConstraint(
                condition=Q(storeys__gte=1, storeys__lte=150),
                name="housing_building_storeys_plausible",
                violation_error_message="层数应在 1 到 150 之间",
            ),
        ]
        indexes = [
            # buildings of a committee in walking order
            models.Index(fields=["committee", "sort_key"], name="housing_buildings_in_order"),
            # the buildings of an estate in walking order
            models.Index(
                fields=["estate", "sort_key"], condition=Q(estate__isnull=False),
                name="housing_buildings_of_estate",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name

    def told(self, fact: str) -> str:
        """One of `SHARED_FACTS`: what its estate says of all its buildings, else its own word."""
        of_all = getattr(self.estate, fact) if self.estate else ""
        return str(of_all or getattr(self, fact))

    @property
    def manager(self) -> str:
        """The property company that looks after it; blank where nobody asked."""
        return self.told("property_company")

    @property
    def owners(self) -> str:
        """Whether its owners have a committee, as a code; blank where nobody asked."""
        return self.told("owners_committee")

    def get_owners_display(self) -> str:
        return str(OwnersCommittee(self.owners).label) if self.owners else ""


class DwellingUnit(CommitteeRecord):
    """A dwelling unit (套/户室).

    `occupants`, `households` and `verified_on` are kept by the residents' write services in the
    transaction that changes an episode, so that a board needs no join.
    """

    class Status(models.TextChoices):
        ACTIVE = "active", "在册"
        MERGED = "merged", "已合并"
        SPLIT = "split", "已拆分"
        DEMOLISHED = "demolished", "已拆除"
        NON_RESIDENTIAL = "non_residential", "非居住"

    class CodeState(models.TextChoices):
        NONE = "none", "未赋码"
        PROVISIONAL = "provisional", "临时码"
        FINAL = "final", "正式码"

    building = models.ForeignKey(
        Building,
        models.PROTECT,
        related_name="dwellings",
        db_index=False,
        db_constraint=False,  # a composite key with the committee stands in the migration
        verbose_name="楼栋",
    )
    floor = models.SmallIntegerField("层")
    position = models.SmallIntegerField("本层第几套", default=1)
    room_no = models.CharField("室号", max_length=12)
    address = models.CharField("地址", max_length=160, db_collation="C", unique=True)
    short_address = models.CharField("简址", max_length=60)
    address_key = models.CharField(max_length=200, db_collation="C")
    house_code = models.CharField("房屋编码", max_length=40, blank=True, db_collation="C")
    code_state = models.CharField(
        "编码状态", max_length=12, choices=CodeState, default=CodeState.NONE
    )
    design_use = models.CharField("设计用途", max_length=2, default="10")
    actual_use = models.CharField("实际用途", max_length=2, default="10")
    floor_area = models.DecimalField(
        "建筑面积（m²）", max_digits=8, decimal_places=2, null=True, blank=True
    )
    design_rooms = models.PositiveSmallIntegerField("居室数", null=True, blank=True)
    tenure = models.CharField("产权性质", max_length=1, default="9")
    occupancy = models.CharField("居住状态", max_length=1, default="9")
    occupancy_checked_on = models.DateField("居住状态核实日期", null=True, blank=True)
    legality = models.CharField("合法性", max_length=1, default="9")
    #: the last day of its standing leases, kept by their services; None where there is none
    leased_until = models.DateField("租赁登记至", null=True, blank=True)
    owner_name = models.CharField("产权人", max_length=50, blank=True)
    note = models.CharField("备注", max_length=200, blank=True)
    status = models.CharField("状态", max_length=16, choices=Status, default=Status.ACTIVE)
    occupants = models.PositiveSmallIntegerField("在住人数", default=0)
    households = models.PositiveSmallIntegerField("在住户数", default=0)
    verified_on = models.DateField("最近核实", null=True, blank=True)
    verified_by = models.CharField("核实人", max_length=50, blank=True)
    verified_method = models.CharField("核实方式", max_length=2, blank=True)
    source = models.CharField("来源", max_length=2, choices=Source, default=Source.VISIT)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=50, blank=True)
    updated_at = models.DateTimeField()
    updated_by = models.CharField(max_length=50, blank=True)
    version = models.IntegerField(default=1)

    objects = DwellingQuerySet.as_manager()

    class PersonalData:
        personal: ClassVar[set[str]] = {"owner_name", "note", "address", "short_address"}
        plain: ClassVar[set[str]] = {
            "building_id", "floor", "position", "room_no", "address_key", "house_code",
            "code_state", "design_use", "actual_use", "floor_area", "design_rooms", "tenure",
            "occupancy", "occupancy_checked_on", "legality", "leased_until", "status", "occupants",
            "households", "verified_on", "verified_by", "verified_method", "source",
            "created_at", "created_by", "updated_at", "updated_by", "version",
        }  # fmt: skip

    class Meta:
        verbose_name = "房屋"
        constraints = [
            models.UniqueConstraint(
                fields=["building", "room_no"],
                name="housing_room_once_per_building",
                violation_error_message="这一幢已有该室号",
            ),
            models.UniqueConstraint(
                fields=["house_code"],
                condition=Q(status="active") & ~Q(house_code=""),
                name="housing_code_once",
                violation_error_message="该房屋编码已用于另一套房屋",
            ),
            models.UniqueConstraint(fields=["id", "committee"], name="housing_dwelling_committee"),
            models.CheckConstraint(
                condition=Q(floor_area=None) | Q(floor_area__gt=0, floor_area__lte=2000),
                name="housing_area_plausible",
                violation_error_message="建筑面积应大于 0、不超过 2000 m²",
            ),
            models.CheckConstraint(
                condition=Q(design_rooms=None) | Q(design_rooms__lte=20),
                name="housing_rooms_plausible",
                violation_error_message="居室数应不超过 20",
            ),
            models.CheckConstraint(
                condition=Q(house_code="", code_state="none")
                | (~Q(house_code="") & ~Q(code_state="none")),
                name="housing_code_with_its_state",
                violation_error_message="房屋编码与编码状态不一致",
            ),
        ]
        indexes = [
            # the list of a committee, street or the district in address order (keyset)
            models.Index(fields=["committee", "address_key", "id"], name="housing_in_committee"),
            models.Index(fields=["street_id", "address_key", "id"], name="housing_in_street"),
            models.Index(
                fields=["address_key", "id"], include=["committee"], name="housing_in_district"
            ),
            # search by house code
            models.Index(
                fields=["house_code"], include=["committee"], condition=~Q(house_code=""),
                name="housing_by_code",
            ),
            # search by room number, in address order at each level
            models.Index(
                fields=["street_id", "room_no", "address_key", "id"], include=["committee"],
                name="housing_rooms_of_street",
            ),
            models.Index(
                fields=["room_no", "address_key", "id"], include=["committee"],
                name="housing_rooms",
            ),
            # a board reads one building
            models.Index(fields=["building", "floor", "position"], name="housing_on_board"),
            # what changed in a committee since another system's last look
            models.Index(fields=["committee", "updated_at", "id"], name="housing_changed"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.address


class HouseCodeEvent(CommitteeRecord):
    """What happened to a house code (S-81): given, corrected, split, merged, retired."""

    class Kind(models.TextChoices):
        ASSIGN = "assign", "赋码"
        VERIFY = "verify", "核对"
        CORRECT = "correct", "更正"
        SPLIT = "split", "拆分"
        MERGE = "merge", "合并"
        RETIRE = "retire", "停用"
        RESTORE = "restore", "恢复"

    #: None where the dwelling was an import's that was taken back; the number stays taken
    dwelling = models.ForeignKey(
        DwellingUnit, models.PROTECT, null=True, blank=True, related_name="code_events"
    )
    kind = models.CharField("事件", max_length=8, choices=Kind)
    old_code = models.CharField("原编码", max_length=40, blank=True)
    new_code = models.CharField("新编码", max_length=40, blank=True, db_collation="C")
    reason = models.CharField("事由", max_length=200, blank=True)
    by_name = models.CharField("经办人", max_length=50)
    at = models.DateTimeField("时间")

    objects = ScopedQuerySet["HouseCodeEvent"].as_manager()

    class PersonalData:
        personal: ClassVar[set[str]] = set()
        plain: ClassVar[set[str]] = {
            "dwelling_id", "kind", "old_code", "new_code", "reason", "by_name", "at",
        }  # fmt: skip

    class Meta:
        verbose_name = "房屋编码事件"
        constraints = [
            # a number is given once in the whole district, whatever became of its dwelling
            models.UniqueConstraint(
                fields=["new_code"],
                condition=(Q(kind="assign") | Q(kind="correct")) & ~Q(new_code=""),
                name="housing_code_given_once",
                violation_error_message="该房屋编码用过，停用的编码也不再使用",
            ),
        ]
        indexes = [
            # the last provisional code that a committee gave out
            models.Index(fields=["committee", "new_code"], name="housing_codes_given"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.new_code}"
