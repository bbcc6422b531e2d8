"""What an area says of the records that it keeps, where its models do not say it already.

A module named in `CATALOGUE_MODULES` exports `RECORDS: list[Record]`, one for each table. Titles,
kinds of value, choices and whether a column is personal are the model's own.

Paper: S-140.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.orgs.capabilities import Capability

Text = str | Promise


class Area(StrEnum):
    """The part of the work that a record belongs to."""

    PEOPLE = "people"
    HOUSING = "housing"
    PERMITS = "permits"
    STAFFING = "staffing"
    ASSESSMENT = "assessment"
    NUMBERS = "numbers"
    FILES = "files"
    OFFICES = "offices"
    TRAIL = "trail"


AREA_TITLES: dict[Area, Text] = {
    Area.PEOPLE: _("实有人口"),
    Area.HOUSING: _("实有房屋"),
    Area.PERMITS: _("居住证"),
    Area.STAFFING: _("采集力量"),
    Area.ASSESSMENT: _("年度考核"),
    Area.NUMBERS: _("指标与质量"),
    Area.FILES: _("文件与比对"),
    Area.OFFICES: _("组织、账号与规则"),
    Area.TRAIL: _("留痕与运行"),
}


class Grade(StrEnum):
    """How carefully a field is handled (domain §3): P0 to P3."""

    PUBLIC = "P0"
    INTERNAL = "P1"
    PERSONAL = "P2"
    SENSITIVE = "P3"


GRADE_TITLES: dict[Grade, Text] = {
    Grade.PUBLIC: _("公开"),
    Grade.INTERNAL: _("内部"),
    Grade.PERSONAL: _("个人信息"),
    Grade.SENSITIVE: _("敏感个人信息"),
}


class CodeTable(Protocol):
    """A table of codes: what it is called, which edition it is, (code, title) in order."""

    @property
    def title_zh(self) -> str: ...

    @property
    def edition(self) -> str: ...

    @property
    def entries(self) -> Sequence[tuple[str, str]]: ...


@dataclass(frozen=True)
class Codes:
    """Such a table for codes that are no code set of their own."""

    title_zh: str
    edition: str
    entries: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Said:
    """What is said of a field besides what its model declares.

    :param title: where the column has no Chinese name of its own
    :param meaning: where the title is not enough to fill it in or to read it
    :param codes: the table that its values come from
    :param grade: where it is not what the model's `PersonalData` gives by itself
    """

    title: Text = ""
    meaning: Text = ""
    codes: CodeTable | None = None
    grade: Grade | None = None


@dataclass(frozen=True)
class Record:
    """One kind of record.

    :param label: the model, as `residents.Resident`
    :param kept: how long it is kept, and what becomes of it then
    :param by: whoever carries one of these enters it; empty where the system itself writes it
    :param public: its plain fields are open to everybody
    """

    label: str
    area: Area
    meaning: Text
    kept: Text
    by: tuple[Capability, ...] = ()
    public: bool = False
    fields: Mapping[str, Said] = field(default_factory=dict)
