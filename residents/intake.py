"""What somebody tells of a person, read by the rules: the same for the page, a file and the API.

Plain Python. Texts come in as they were typed; out come values as the register stores them, and a
sentence for each field that cannot be taken.

Paper: S-38.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from portal.exchange.codesets import CodeError
from portal.exchange.dates import DateProblem, read_date
from residents.categories import (
    EDUCATIONS,
    ETHNICITIES,
    NATIONALITIES,
    POPULATION_CATEGORIES,
    RELATIONS,
    RESIDENCE_REASONS,
    SEXES,
    TENANCY_ROLES,
    PopulationCategory,
    parse_place,
)
from residents.identity import (
    CheckedDocument,
    DocumentKind,
    IdentityError,
    age_on,
    check_document,
    kind_of_number,
    lost_digits,
    normalise_number,
)
from residents.names import NameProblem, clean_name
from residents.origins import province_of, short_origin
from residents.phones import PhoneProblem, normalise_phone

Severity = Literal["error", "warning"]

#: Fields that a person can be told by, with their titles on screen and in sentences.
TITLES: dict[str, str] = {
    "name": "姓名",
    "former_name": "曾用名",
    "foreign_name": "外文姓名",
    "document_kind": "证件类型",
    "document_number": "证件号码",
    "as_printed": "按证件原件填写的说明",
    "sex": "性别",
    "birth_date": "出生日期",
    "ethnicity": "民族",
    "nationality": "国籍",
    "category": "人口类别",
    "hukou_address": "户籍地址",
    "phone": "手机",
    "education": "文化程度",
    "employer": "工作单位",
    "arrived_on": "来沪日期",
    "note": "备注",
    "relation": "与户主关系",
    "tenancy_role": "居住身份",
    "reason": "居住事由",
    "begin_date": "入住日期",
}
LIMITS = {"hukou_address": 120, "employer": 80, "note": 200, "foreign_name": 80, "as_printed": 200}
#: Below this age somebody may be recorded by name, sex and birth date, until the number comes.
NUMBERLESS_UNDER = 6
#: A minor below this age has a guardian who gives consent (个人信息保护法 art. 31).
GUARDED_UNDER = 14


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """What is wrong with a field and how to mend it; a warning does not refuse."""

    field: str
    message: str
    how: str = ""
    severity: Severity = "error"


@dataclass(slots=True)
class Reading:
    """Values as the register stores them. `document` and `phone` are the only plain numbers."""

    person: dict[str, Any] = field(default_factory=dict)
    episode: dict[str, Any] = field(default_factory=dict)
    document: CheckedDocument | None = None
    phone: str | None = None
    as_printed: str = ""
    problems: list[FieldProblem] = field(default_factory=list)

    @property
    def errors(self) -> list[FieldProblem]:
        return [problem for problem in self.problems if problem.severity == "error"]

    @property
    def refused(self) -> set[str]:
        """Fields of which something is told already."""
        return {problem.field for problem in self.problems}

    def refuse(self, name: str, message: str, how: str = "") -> None:
        self.problems.append(FieldProblem(name, message, how))


@dataclass(frozen=True, slots=True)
class Known:
    """What the register already holds of a person whose record is being changed."""

    sex: str = ""
    birth_date: date | None = None
    category: str = ""
    kind: DocumentKind | None = None
    has_number: bool = False


def read_person(
    told: Mapping[str, str],
    *,
    today: date,
    allow_synthetic: bool,
    required: Iterable[str] = (),
    numeric: frozenset[str] = frozenset(),
    known: Known | None = None,
) -> Reading:
    """Read what is told of one person.

    :param told: texts by field; a field that is absent says nothing, a blank one is emptied
    :param required: fields that must not be blank
    :param numeric: fields whose cell held a number, not a text
    :param known: the record that is changed; None for a new person
    """
    reading = Reading()
    told = {name: text.strip() for name, text in told.items()}
    _name(reading, told)
    _document(reading, told, today, allow_synthetic, numeric, known)
    _sex_and_birth(reading, told, today, known)
    _category(reading, told, known)
    _place(reading, told, known)
    _codes(reading, told)
    _days(reading, told, today)
    _phone(reading, told)
    _texts(reading, told)
    _required(reading, told, required)
    if known is None:
        _identifiable(reading, today)
        if reading.document and reading.document.region_code:
            reading.person.setdefault("origin", province_of(reading.document.region_code))
    return reading


def guardian_warning(birth: date | None, today: date, has_guardian: bool) -> FieldProblem | None:
    """A child below fourteen without a guardian on record: asked for, never refused."""
    if birth is None or has_guardian or age_on(birth, today) >= GUARDED_UNDER:
        return None
    return FieldProblem("guardian", "缺监护人", "请在详情中选择同住的监护人", "warning")


def _name(reading: Reading, told: Mapping[str, str]) -> None:
    for key in ("name", "former_name"):
        if key not in told or (key != "name" and not told[key]):
            if key in told:
                reading.person[key] = ""
            continue
        try:
            reading.person[key] = clean_name(told[key])
        except NameProblem as problem:
            reading.refuse(key, problem.message_zh)


def _document(
    reading: Reading,
    told: Mapping[str, str],
    today: date,
    allow_synthetic: bool,
    numeric: frozenset[str],
    known: Known | None,
) -> None:
    """The number of the document, checked by its kind; a blank number is no document."""
    text = told.get("document_number", "")
    kind = _document_kind(reading, told, text, known)
    if not text:
        return
    if "document_number" in numeric and len(normalise_number(text)) >= 15:
        lost = lost_digits(text)
        reading.refuse("document_number", lost.message_zh, "把该列设为文本格式后重新填写")
        return
    try:
        document = check_document(
            kind or DocumentKind.CITIZEN_ID, text, today=today, allow_synthetic=allow_synthetic,
            as_printed=bool(told.get("as_printed")),
        )  # fmt: skip
    except IdentityError as problem:
        reading.refuse("document_number", problem.message_zh)
        return
    reading.document = document
    reading.as_printed = told.get("as_printed", "")
    reading.person["doc_type"] = document.kind.value


def _document_kind(
    reading: Reading, told: Mapping[str, str], number: str, known: Known | None
) -> DocumentKind | None:
    words = told.get("document_kind", "")
    if words:
        try:
            return DocumentKind.parse(words)
        except IdentityError as problem:
            reading.refuse("document_kind", problem.message_zh)
            return None
    if known is not None and known.kind is not None:
        return known.kind
    return kind_of_number(number) if number else None


def _sex_and_birth(
    reading: Reading, told: Mapping[str, str], today: date, known: Known | None
) -> None:
    """Sex and birth: from the number where it gives them, and then no other is taken."""
    document = reading.document
    sex = _code(reading, "sex", told, SEXES.parse)
    birth = _day(reading, "birth_date", told, today)
    if document is not None and document.birth_date is not None:
        if birth is not None and birth != document.birth_date:
            reading.refuse(
                "birth_date", "出生日期与证件号不一致，请核对证件原件", "改正出生日期或证件号"
            )
        if sex is not None and sex != document.sex and sex in ("1", "2"):
            reading.refuse("sex", "性别与证件号不一致，请核对证件原件", "改正性别或证件号")
        birth, sex = document.birth_date, document.sex
    if sex is not None:
        reading.person["sex"] = sex
    if birth is not None:
        reading.person["birth_date"] = birth
    if known is not None and document is None and known.has_number:
        if sex is not None and sex != known.sex:
            reading.refuse("sex", "性别由证件号得出，请先核对证件号")
        if birth is not None and birth != known.birth_date:
            reading.refuse("birth_date", "出生日期由证件号得出，请先核对证件号")


def _category(reading: Reading, told: Mapping[str, str], known: Known | None) -> None:
    if not told.get("category"):
        return
    kind = reading.document.kind if reading.document else None
    try:
        category = PopulationCategory.parse(told["category"], document=kind)
    except CodeError as problem:
        reading.refuse("category", problem.message_zh)
        return
    reading.person["category"] = reading.episode["category"] = str(category.value)


def _place(reading: Reading, told: Mapping[str, str], known: Known | None) -> None:
    """Relation and role; committees write both into one column, so a role there is understood."""
    if "tenancy_role" in told:
        role = _code(reading, "tenancy_role", told, TENANCY_ROLES.parse)
        reading.episode["tenancy_role"] = role or ""
    if "relation" not in told:
        return
    sex = reading.person.get("sex") or (known.sex if known else "")
    try:
        place = parse_place(told["relation"], sex=sex) if told["relation"] else None
    except CodeError as problem:
        reading.refuse("relation", problem.message_zh)
        return
    reading.episode["relation"] = (place.relation or "") if place else ""
    if place and place.tenancy_role and not reading.episode.get("tenancy_role"):
        reading.episode["tenancy_role"] = place.tenancy_role


def _codes(reading: Reading, told: Mapping[str, str]) -> None:
    for key, code_set in (
        ("ethnicity", ETHNICITIES),
        ("education", EDUCATIONS),
        ("nationality", NATIONALITIES),
    ):
        if key in told:
            code = _code(reading, key, told, code_set.parse)
            reading.person[key] = code or ("CHN" if key == "nationality" else "")
    if "reason" in told:
        reading.episode["reason"] = _code(reading, "reason", told, RESIDENCE_REASONS.parse) or ""


def _days(reading: Reading, told: Mapping[str, str], today: date) -> None:
    begin = _day(reading, "begin_date", told, today)
    if begin is not None:
        reading.episode["begin_on"] = begin
        birth = reading.person.get("birth_date")
        if birth is not None and begin < birth:
            reading.refuse("begin_date", f"入住日期 {begin} 早于出生日期，请核对")
    if "arrived_on" in told:
        reading.person["arrived_on"] = _day(reading, "arrived_on", told, today)


def _phone(reading: Reading, told: Mapping[str, str]) -> None:
    if "phone" not in told:
        return
    reading.phone = ""
    if told["phone"]:
        try:
            reading.phone = normalise_phone(told["phone"])
        except PhoneProblem as problem:
            reading.refuse("phone", problem.message_zh)


def _texts(reading: Reading, told: Mapping[str, str]) -> None:
    for key, column in (
        ("hukou_address", "hukou_address"),
        ("employer", "employer_name"),
        ("note", "note"),
        ("foreign_name", "foreign_name"),
    ):
        if key not in told:
            continue
        if len(told[key]) > LIMITS[key]:
            over = len(told[key]) - LIMITS[key]
            reading.refuse(key, f"{TITLES[key]}最多 {LIMITS[key]} 字，多了 {over} 字")
        elif told[key][:1] in ("=", "+", "-", "@", "\t", "＝", "＋", "＠"):
            reading.refuse(key, f"{TITLES[key]}不能以 = + - @ 开头，请去掉开头的符号")
        else:
            reading.person[column] = told[key]
    if told.get("hukou_address"):
        reading.person["origin"] = short_origin(told["hukou_address"])
    if len(told.get("as_printed", "")) > LIMITS["as_printed"]:
        reading.refuse("as_printed", f"说明最多 {LIMITS['as_printed']} 字")


def _required(reading: Reading, told: Mapping[str, str], required: Iterable[str]) -> None:
    for key in required:
        if not told.get(key) and key not in reading.refused:
            reading.refuse(key, f"{TITLES[key]}未填写")


def _identifiable(reading: Reading, today: date) -> None:
    """A new person is known by a number, or as an infant by name, sex and birth date."""
    refused = reading.refused
    if "document_number" in refused:
        return
    person, document = reading.person, reading.document
    missing = [key for key in ("sex", "birth_date") if key not in person]
    if document is not None:
        for key in missing:
            if key not in refused:
                reading.refuse(key, f"{TITLES[key]}未填写")
        return
    birth = person.get("birth_date")
    if birth is None or age_on(birth, today) >= NUMBERLESS_UNDER or "sex" in missing:
        reading.refuse(
            "document_number",
            "证件号未填写",
            f"{NUMBERLESS_UNDER} 周岁以下尚未办证的，请填写性别和出生日期",
        )


def _code(
    reading: Reading, key: str, told: Mapping[str, str], parse: Callable[[str], str]
) -> str | None:
    if not told.get(key):
        return None
    try:
        return parse(told[key])
    except CodeError as problem:
        reading.refuse(key, problem.message_zh)
        return None


def _day(reading: Reading, key: str, told: Mapping[str, str], today: date) -> date | None:
    if not told.get(key):
        return None
    text: str | int = int(told[key]) if told[key].isdigit() else told[key]
    try:
        found = read_date(text, today=today, what=TITLES[key])
    except DateProblem as problem:
        reading.refuse(key, problem.message_zh)
        return None
    if found.warning_zh:
        reading.problems.append(FieldProblem(key, found.warning_zh, severity="warning"))
    return found.day


#: Titles of coded columns, for showing stored values and differences.
CODED = {
    "sex": SEXES,
    "ethnicity": ETHNICITIES,
    "nationality": NATIONALITIES,
    "category": POPULATION_CATEGORIES,
    "education": EDUCATIONS,
    "relation": RELATIONS,
    "tenancy_role": TENANCY_ROLES,
    "reason": RESIDENCE_REASONS,
}
