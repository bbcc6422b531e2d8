"""Actual population (实有人口): people, their documents, households and residence episodes.

A resident is one row per person; the truth about where somebody lives is the residence episode
(D-5). Numbers are never plain in the database (D-6). Foreign keys without a constraint here have
a composite one with the committee in the migrations, so that a child never hangs on a row of
another committee, and follows when its parent moves.
"""

from typing import ClassVar

from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import F, Q

from housing.models import DwellingUnit, Source
from portal.orgs.models import OrgUnit
from portal.orgs.records import CommitteeRecord, ScopedQuerySet, new_id
from residents.appeals import ResidentAppeal as ResidentAppeal
from residents.collection_tasks import CollectionTask as CollectionTask
from residents.corrections import CorrectionRequest as CorrectionRequest
from residents.drafts import EntryDraft as EntryDraft
from residents.households import Household as Household
from residents.households import PastMembership as PastMembership
from residents.leads import Lead as Lead
from residents.merges import ResidentMerge as ResidentMerge
from residents.newcomers import NewcomerService as NewcomerService
from residents.notices import BuildingNotice as BuildingNotice
from residents.proofs import ResidenceProof as ResidenceProof
from residents.querysets import ResidenceQuerySet, ResidentQuerySet
from residents.room_places import RoomPlace as RoomPlace
from residents.spotchecks.places import SpotPlace as SpotPlace
from residents.spotchecks.rounds import SpotItem as SpotItem
from residents.spotchecks.rounds import SpotPerson as SpotPerson
from residents.spotchecks.rounds import SpotRound as SpotRound
from residents.transfers import Transfer as Transfer
from residents.verifications import Verification as Verification


class Resident(CommitteeRecord):
    """One person. `committee` is that of the person's governing episode: the open primary one.

    Name keys: `name_key` is pinyin then name, the order of lists; `initials` serve the search.
    """

    class Vital(models.TextChoices):
        LIVING = "1", "在世"
        DECEASED = "2", "死亡"
        UNKNOWN = "9", "不详"

    name = models.CharField("姓名", max_length=50, db_collation="C")
    name_key = models.CharField(max_length=160, db_collation="C")
    initials = models.CharField(max_length=50, db_collation="C", blank=True)
    former_name = models.CharField("曾用名", max_length=50, blank=True)
    foreign_name = models.CharField("外文姓名", max_length=80, blank=True)
    sex = models.CharField("性别", max_length=1)
    birth_date = models.DateField("出生日期")
    ethnicity = models.CharField("民族", max_length=2, blank=True)
    nationality = models.CharField("国籍", max_length=3, default="CHN")
    category = models.CharField("人口类别", max_length=2)
    origin = models.CharField("户籍地", max_length=40, blank=True)
    hukou_address = models.CharField("户籍详址", max_length=120, blank=True)
    education = models.CharField("文化程度", max_length=2, blank=True)
    employer_name = models.CharField("工作单位", max_length=80, blank=True)
    doc_type = models.CharField("证件类型", max_length=4, blank=True)
    id_mask = models.CharField("证件号码（遮盖）", max_length=24, blank=True)
    id_tail = models.CharField("证件号末四位", max_length=4, blank=True, db_collation="C")
    phone_mask = models.CharField("手机（遮盖）", max_length=20, blank=True)
    phone_index = models.BinaryField("手机盲索引", max_length=16, null=True)
    guardian = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="wards", verbose_name="监护人"
    )
    vital_status = models.CharField("生存状态", max_length=1, choices=Vital, default=Vital.LIVING)
    notice_given_on = models.DateField("告知日期", null=True, blank=True)
    arrived_on = models.DateField("来沪日期", null=True, blank=True)
    note = models.CharField("备注", max_length=200, blank=True)
    source = models.CharField("来源", max_length=2, choices=Source, default=Source.VISIT)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=50, blank=True)
    updated_at = models.DateTimeField()
    updated_by = models.CharField(max_length=50, blank=True)
    version = models.IntegerField(default=1)

    objects = ResidentQuerySet.as_manager()

    class PersonalData:
        personal: ClassVar[set[str]] = {
            "name", "name_key", "initials", "former_name", "foreign_name", "sex", "birth_date",
            "ethnicity", "nationality", "category", "origin", "hukou_address", "education",
            "employer_name", "id_mask", "id_tail", "phone_mask", "phone_index", "guardian_id",
            "vital_status", "arrived_on", "note",
        }  # fmt: skip
        plain: ClassVar[set[str]] = {
            "doc_type", "notice_given_on", "source", "created_at", "created_by", "updated_at",
            "updated_by", "version",
        }  # fmt: skip

    class Meta:
        verbose_name = "人员"
        constraints = [
            models.UniqueConstraint(fields=["id", "committee"], name="residents_committee"),
            models.CheckConstraint(
                condition=Q(sex__in=["0", "1", "2", "9"]),
                name="residents_sex_in_code_set",
                violation_error_message="性别不在 GB/T 2261.1 内",
            ),
            models.CheckConstraint(
                condition=Q(birth_date__gte="1880-01-01"),
                name="residents_birth_plausible",
                violation_error_message="出生日期早于 1880 年，请核对",
            ),
        ]
        indexes = [
            # search by phone number
            models.Index(
                fields=["phone_index"], include=["committee"],
                condition=Q(phone_index__isnull=False), name="residents_by_number",
            ),
            # an infant without a number is recognised by name and birth inside a committee
            models.Index(fields=["committee", "name", "birth_date"], name="residents_by_birth"),
            # what changed in a committee since another system's last look
            models.Index(fields=["committee", "updated_at", "id"], name="residents_changed"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name


class Identity(CommitteeRecord):
    """A document of a person: blind index for exact match, mask for display, never the number.

    The blind index is unique in the district, so that one person is one row.
    """

    resident = models.ForeignKey(
        Resident, models.PROTECT, related_name="identities", db_constraint=False
    )
    doc_type = models.CharField("证件类型", max_length=4)
    blind_index = models.BinaryField("盲索引", max_length=16)
    mask = models.CharField("证件号码（遮盖）", max_length=24)
    is_primary = models.BooleanField("主要证件", default=True)
    as_printed = models.CharField("证件如此的说明", max_length=200, blank=True)

    objects = ScopedQuerySet["Identity"].as_manager()

    class PersonalData:
        personal: ClassVar[set[str]] = {"blind_index", "mask", "as_printed"}
        plain: ClassVar[set[str]] = {"resident_id", "doc_type", "is_primary"}

    class Meta:
        verbose_name = "证件"
        constraints = [
            models.UniqueConstraint(
                fields=["blind_index"],
                name="residents_identity_once",
                violation_error_message="该证件号已登记",
            ),
            models.UniqueConstraint(
                fields=["resident"],
                condition=Q(is_primary=True),
                name="residents_identity_one_primary",
                violation_error_message="一个人只能有一个主要证件",
            ),
        ]
        indexes = [
            # the few numbers that stand as the document prints them (R-010, M-04)
            models.Index(
                fields=["resident"], include=["committee"], condition=~Q(as_printed=""),
                name="residents_as_printed",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.mask


class Secret(models.Model):
    """Ciphertext of a number (AES-256-GCM, bound to its row); the application cannot select it.

    Only database functions return one, inside the caller's scope: `reveal_secret`, counted and
    told; `phones_before_import`, for undo, while a file is being applied.
    """

    class Kind(models.TextChoices):
        IDENTITY = "identity", "证件号"
        PHONE = "phone", "手机"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    committee = models.ForeignKey(OrgUnit, models.PROTECT, related_name="+", db_index=False)
    resident = models.ForeignKey(
        Resident, models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    kind = models.CharField(max_length=8, choices=Kind)
    key_id = models.CharField(max_length=16)
    cipher = models.BinaryField()

    class PersonalData:
        personal: ClassVar[set[str]] = {"cipher"}
        plain: ClassVar[set[str]] = {"id", "committee_id", "resident_id", "kind", "key_id"}

    class Meta:
        verbose_name = "密文"
        constraints = [
            models.UniqueConstraint(fields=["resident", "kind"], name="residents_secret_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.resident_id}"


OPEN = Q(status="active")


class Residence(CommitteeRecord):
    """A residence episode (居住段): a person at a dwelling from a day to a day (domain §3.6).

    `end_on` is the first day on which the person no longer lives there. Lists, searches and
    counts read this table alone; the copies of the person's and the dwelling's fields are kept in
    step by `residents.services`.
    """

    class Kind(models.TextChoices):
        HUKOU = "H", "户籍居住"
        REGISTRATION = "R", "居住登记"
        SEPARATION = "S", "人户分离登记"
        FOREIGN = "F", "境外人员登记"
        DECLARED = "D", "申报"
        HUKOU_ABSENT = "A", "户在人不在"

    class Status(models.TextChoices):
        ACTIVE = "active", "在住"
        ENDED = "ended", "已离开"
        VOID = "void", "作废"

    resident = models.ForeignKey(
        Resident, models.PROTECT, related_name="residences", db_index=False
    )
    dwelling = models.ForeignKey(
        DwellingUnit,
        models.PROTECT,
        related_name="+",
        db_index=False,
        db_constraint=False,
        verbose_name="房屋",
    )
    household = models.ForeignKey(
        Household, models.PROTECT, null=True, blank=True, related_name="members"
    )
    kind = models.CharField("登记类型", max_length=1, choices=Kind)
    category = models.CharField("人口类别", max_length=2)
    begin_on = models.DateField("入住日期")
    registered_on = models.DateField("登记日期")
    end_on = models.DateField("离开日期", null=True, blank=True)
    end_reason = models.CharField("离开原因", max_length=2, blank=True)
    cancelled_on = models.DateField("注销日期", null=True, blank=True)
    reason = models.CharField("居住事由", max_length=2, blank=True)
    tenancy_role = models.CharField("居住身份", max_length=2, blank=True)
    relation = models.CharField("与户主关系", max_length=2, blank=True)
    is_primary = models.BooleanField("主要居所", default=True)
    status = models.CharField("状态", max_length=8, choices=Status, default=Status.ACTIVE)
    verified_on = models.DateField("最近核实")
    verified_method = models.CharField("核实方式", max_length=2)
    verified_by = models.CharField("核实人", max_length=50, blank=True)
    due_on = models.DateField("应核实日期")
    # copies of the person's fields
    name = models.CharField(max_length=50, db_collation="C")
    name_key = models.CharField(max_length=160, db_collation="C")
    initials = models.CharField(max_length=50, db_collation="C", blank=True)
    sex = models.CharField(max_length=1)
    birth_date = models.DateField()
    origin = models.CharField(max_length=40, blank=True)
    id_mask = models.CharField(max_length=24, blank=True)
    id_tail = models.CharField(max_length=4, blank=True, db_collation="C")
    phone_mask = models.CharField(max_length=20, blank=True)
    # copies of the dwelling's fields
    address_key = models.CharField(max_length=200, db_collation="C")
    short_address = models.CharField(max_length=60)
    occupancy = models.CharField(max_length=1)
    code_final = models.BooleanField(default=False)
    version = models.IntegerField(default=1)

    objects = ResidenceQuerySet.as_manager()

    class PersonalData:
        personal: ClassVar[set[str]] = {
            "resident_id", "dwelling_id", "household_id", "kind", "category", "begin_on",
            "end_on", "end_reason", "reason", "tenancy_role", "relation", "name", "name_key",
            "initials", "sex", "birth_date", "origin", "id_mask", "id_tail", "phone_mask",
            "address_key", "short_address",
        }  # fmt: skip
        plain: ClassVar[set[str]] = {
            "registered_on", "cancelled_on", "is_primary", "status", "verified_on",
            "verified_method", "verified_by", "due_on", "occupancy", "code_final", "version",
        }  # fmt: skip

    class Meta:
        verbose_name = "居住段"
        constraints = [
            models.UniqueConstraint(
                fields=["resident"],
                condition=OPEN & Q(is_primary=True),
                name="residents_one_open_primary",
                violation_error_message="该人员已有主要居所，请先迁出或移交",
            ),
            models.UniqueConstraint(
                fields=["resident", "dwelling"],
                condition=OPEN,
                name="residents_once_per_dwelling",
                violation_error_message="该人员已登记在这一户",
            ),
            models.CheckConstraint(
                condition=Q(end_on=None) | Q(end_on__gte=F("begin_on")),
                name="residents_end_after_begin",
                violation_error_message="离开日期不能早于入住日期",
            ),
            models.CheckConstraint(
                condition=Q(status="active", end_on=None, end_reason="")
                | (Q(end_on__isnull=False) & ~Q(status="active") & ~Q(end_reason="")),
                name="residents_end_with_reason",
                violation_error_message="离开日期和原因应同时填写",
            ),
            models.CheckConstraint(
                condition=Q(begin_on__gte=F("birth_date")),
                name="residents_begin_after_birth",
                violation_error_message="入住日期早于出生日期",
            ),
        ]
        indexes = [
            # lists in name order at each level (keyset)
            models.Index(
                fields=["committee", "name_key", "id"], condition=OPEN, name="res_committee_name"
            ),
            models.Index(
                fields=["street_id", "name_key", "id"], include=["committee"], condition=OPEN,
                name="res_street_name",
            ),
            models.Index(
                fields=["name_key", "id"], include=["committee"], condition=OPEN, name="res_name"
            ),
            # lists in address order, and the board's and entry form's members
            models.Index(
                fields=["committee", "address_key", "id"], condition=OPEN,
                name="res_committee_address",
            ),
            models.Index(
                fields=["street_id", "address_key", "id"], include=["committee"], condition=OPEN,
                name="res_street_address",
            ),
            models.Index(
                fields=["address_key", "id"], include=["committee"], condition=OPEN,
                name="res_address",
            ),
            models.Index(fields=["dwelling", "id"], name="res_dwelling"),
            # who came to Shanghai of late and has to be told (S-08): asked on the home page too
            models.Index(
                fields=["committee", "registered_on", "id"],
                condition=OPEN & Q(is_primary=True, category="20"), name="res_newcomers",
            ),
            # the episodes of a person; whether there is one, without reading it
            models.Index(
                fields=["resident"], include=["committee", "status"], name="res_resident"
            ),
            # who lived in a street on a past day, or left it since: the parts of a run
            models.Index(
                fields=["street_id", "end_on"], include=["committee"],
                condition=Q(status="ended"), name="res_street_ended",
            ),
            # due verifications; the counts over a committee's list, without a look at the rows
            models.Index(
                fields=["committee", "due_on", "id"], condition=OPEN, name="res_committee_counts",
                include=["category", "is_primary", "birth_date", "phone_mask"],
            ),
            # the few who have no number: who may be somebody's second record
            models.Index(
                fields=["committee", "name_key"], condition=Q(id_mask="", is_primary=True),
                name="res_no_number",
            ),
            # search: Han prefix, initials, last four digits (prefix by `^@`)
            models.Index(
                OpClass(F("name"), "text_pattern_ops"), include=["committee"], condition=OPEN,
                name="res_han",
            ),
            models.Index(
                OpClass(F("initials"), "text_pattern_ops"), include=["committee"],
                condition=OPEN, name="res_initials",
            ),
            models.Index(
                fields=["id_tail"], include=["committee"], condition=OPEN & ~Q(id_tail=""),
                name="res_tail",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.name} {self.short_address}"


class Reveal(models.Model):
    """One look at a whole number; only the database function `reveal_secret` writes it.

    `user_id` is the holder of the post in the signed scope, whoever called.
    """

    user_id = models.BigIntegerField("人员编号")
    committee = models.ForeignKey(OrgUnit, models.PROTECT, related_name="+", db_index=False)
    resident_id = models.UUIDField("居民")
    kind = models.CharField(max_length=8, choices=Secret.Kind)
    purpose = models.CharField("事由", max_length=32)
    at = models.DateTimeField("时间")

    class PersonalData:
        personal: ClassVar[set[str]] = {"resident_id"}
        plain: ClassVar[set[str]] = {"id", "user_id", "committee_id", "kind", "purpose", "at"}

    class Meta:
        verbose_name = "查看完整号码"
        indexes = [
            # how often somebody looked today and in the last minute
            models.Index(fields=["user_id", "-at"], name="residents_looks_of"),
            # the looks of a day, for the alarms
            models.Index(fields=["at"], name="residents_looks_by_day"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.at}"
