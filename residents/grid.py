"""The entry grid as a page shows it and as it comes back (ui.md 4.10).

A row carries what it showed when it was opened (`base`), so that a masked number that comes back
unchanged says nothing, and only what this user changed is saved.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, get_args
from uuid import UUID

from django.http import QueryDict

from portal.ui.dates import UnreadableDayError, read_day
from portal.ui.markup import options
from portal.ui.words import gettext as _
from residents import services
from residents.categories import (
    EDUCATIONS,
    ETHNICITIES,
    POPULATION_CATEGORIES,
    RELATIONS,
    RESIDENCE_REASONS,
    SEXES,
    TENANCY_ROLES,
)
from residents.identity import DocumentKind, age_on, mask_birth
from residents.intake import GUARDED_UNDER, TITLES
from residents.models import Residence
from residents.names import pinyin_of
from residents.services import RowProblem

PREFIX = "members"
#: Cells of the grid, then fields of the person's drawer.
CELLS = ("name", "relation", "document_number", "category", "phone", "begin_date")
DETAILS = (
    "document_kind", "as_printed", "sex", "birth_date", "arrived_on", "reason", "tenancy_role",
    "hukou_address", "employer", "education", "ethnicity", "note",
)  # fmt: skip
FIELDS = (*CELLS, *DETAILS)
#: A row in which nobody typed any of these is a blank one.
TYPED = ("name", "relation", "document_number", "phone", "begin_date")
#: Field of the grid for a column that a conflict or problem names.
FIELD_OF = {
    "id_mask": "document_number", "phone_mask": "phone", "begin_on": "begin_date",
    "employer_name": "employer", "doc_type": "document_kind",
}  # fmt: skip
MOST_ROWS = 60
#: Code, title and pinyin initials, by which a category is chosen on the keyboard.
CATEGORIES = [(code, title, pinyin_of(title)[1]) for code, title in POPULATION_CATEGORIES.choices()]


@dataclass
class Row:
    """One line of the grid."""

    index: str
    values: dict[str, str] = field(default_factory=dict)
    base: dict[str, str] = field(default_factory=dict)
    residence: Residence | None = None
    residence_id: UUID | None = None
    version: str = ""
    arrival: str = ""
    transfer_reason: str = services.USUAL_REASON
    #: held by another committee, so that this row can ask for a transfer
    is_elsewhere: bool = False
    guardian: str = ""
    #: the guardian on record lives elsewhere, so no row of the grid stands for them
    guardian_away: str = ""
    leaves: bool = False
    left_on: str = ""
    left_reason: str = "01"
    errors: dict[str, str] = field(default_factory=dict)
    warnings: dict[str, str] = field(default_factory=dict)
    hints: dict[str, str] = field(default_factory=dict)
    today: date | None = None
    #: days and words of what became of this person here, the latest first
    log: Sequence[tuple[str, str]] = ()

    @property
    def prefix(self) -> str:
        return f"{PREFIX}-{self.index}"

    @property
    def key(self) -> str:
        """The row's name in services: the episode's id, or its place in the form."""
        return str(self.residence_id) if self.residence_id else f"new-{self.index}"

    @property
    def is_blank(self) -> bool:
        return self.residence_id is None and not any(self.values.get(key) for key in TYPED)

    @property
    def is_untouched(self) -> bool:
        """Whether the line shows what is on record, or nothing, and says nothing beside it."""
        return not (self.errors or self.warnings or self.leaves or self.told)

    @property
    def category_options(self) -> str:
        """The options of the category's select, this row's chosen."""
        return options(CATEGORIES, self.values.get("category", ""))

    @property
    def has_drawer(self) -> bool:
        """Whether the drawer is sent along: it tells a fault, or what was typed into it before.

        All other drawers are made on the page out of what the row showed at first (`base`).
        """
        if self.errors or self.guardian != self.base.get("guardian", ""):
            return True
        return any(self.values.get(key, "") != self.base.get(key, "") for key in DETAILS)

    @property
    def base_json(self) -> str:
        return json.dumps(self.base, ensure_ascii=False)

    @property
    def told(self) -> dict[str, str]:
        """What the row says: everything of a new person, the differences of a known one."""
        if self.residence_id is None:
            return {key: value for key, value in self.values.items() if value}
        return {key: value for key, value in self.values.items() if value != self.base.get(key, "")}

    @property
    def cells(self) -> list[dict[str, Any]]:
        """The grid's inputs in order, with what is wrong with each."""
        return [self.cell(key) for key in CELLS]

    def cell(self, key: str) -> dict[str, Any]:
        return {
            "key": key, "name": f"{self.prefix}-{key}", "value": self.values.get(key, ""),
            "error": self.errors.get(key, ""), "warning": self.warnings.get(key, ""),
            "label": TITLES.get(key, key),
        }  # fmt: skip

    @property
    def sex(self) -> str:
        return SEXES.title(self.residence.sex) if self.residence else ""

    @property
    def birth(self) -> str:
        return mask_birth(self.residence.birth_date) if self.residence else ""

    @property
    def age(self) -> str:
        if self.residence is None or self.today is None:
            return ""
        return _("%(age)d 岁") % {"age": age_on(self.residence.birth_date, self.today)}

    @property
    def origin(self) -> str:
        return self.residence.origin if self.residence else ""

    @property
    def status(self) -> tuple[str, str]:
        """Word and tone of the last column."""
        if self.errors:
            return _("必改"), "danger"
        if self.residence_id is None:
            return ("", "") if self.is_blank else (_("新增"), "")
        if self.told:
            return _("有变化"), ""
        return (_("应改"), "warn") if self.warnings else (_("无变化"), "2")

    @property
    def message(self) -> str:
        """The sentence of the line under the row: an address elsewhere, a missing guardian."""
        return self.errors.get("arrival", "") or self.warnings.get("guardian", "")

    @property
    def title(self) -> str:
        return self.values.get("name") or _("第 %(line)s 行") % {"line": self._line}

    @property
    def _line(self) -> str:
        return str(int(self.index) + 1) if self.index.isdecimal() else ""


def rows_of(members: Iterable[Residence], today: date) -> list[Row]:
    """The rows of everybody on record, and one blank row to go on with."""
    rows = [_known(str(place), residence, today) for place, residence in enumerate(members)]
    _mark_guardians_away(rows)
    return [*rows, Row(str(len(rows)))]


def _mark_guardians_away(rows: Sequence[Row]) -> None:
    """A guardian who lives elsewhere stays to be chosen, else saving would drop them."""
    here = {str(row.residence.resident_id) for row in rows if row.residence}
    for row in rows:
        kept = row.base.get("guardian", "")
        row.guardian_away = kept if kept not in here else ""


def template_row() -> Row:
    """The row that the page's script copies for a new line."""
    return Row("__prefix__")


def _known(index: str, residence: Residence, today: date) -> Row:
    values = shown_values(residence)
    resident = residence.resident
    row = Row(
        index, values, {**values, "guardian": str(resident.guardian_id or "")}, residence,
        residence.pk,
        services.version_of(resident, residence),
        guardian=str(resident.guardian_id or ""), left_on=today.isoformat(), today=today,
    )  # fmt: skip
    if age_on(residence.birth_date, today) < GUARDED_UNDER and resident.guardian_id is None:
        row.warnings["guardian"] = _("缺监护人，请在详情中选择同住的监护人")
    return row


def shown_values(residence: Residence) -> dict[str, str]:
    """A person as the grid shows it: numbers masked, codes as words."""
    person = residence.resident
    kind = DocumentKind(person.doc_type) if person.doc_type else None
    return {
        "name": person.name,
        "relation": place_words(residence),
        "document_number": person.id_mask,
        "category": residence.category,
        "phone": person.phone_mask,
        "begin_date": residence.begin_on.isoformat(),
        "document_kind": kind.value if kind else "",
        "sex": person.sex,
        "birth_date": "" if person.id_mask else person.birth_date.isoformat(),
        "arrived_on": person.arrived_on.isoformat() if person.arrived_on else "",
        "reason": residence.reason,
        "tenancy_role": residence.tenancy_role,
        "hukou_address": person.hukou_address,
        "employer": person.employer_name,
        "education": person.education,
        "ethnicity": person.ethnicity,
        "note": person.note,
    }


#: What `place_words` reads.
PLACE_FIELDS = ("relation", "tenancy_role")


def place_words(residence: Residence) -> str:
    """Relation to the householder, or the role of tenancy where that says more (合租人)."""
    role = residence.tenancy_role
    if role in ("T3", "T5", "T6", "T7", "T8") and residence.relation in ("", "99"):
        return TENANCY_ROLES.title(role)
    return RELATIONS.title(residence.relation) if residence.relation else ""


def posted_rows(data: QueryDict, members: Mapping[UUID, Residence], today: date) -> list[Row]:
    """The rows as they were sent; rows without anything in them are left out."""
    total = data.get(f"{PREFIX}-TOTAL_FORMS", "0")
    count = min(int(total), MOST_ROWS) if total.isdecimal() else 0
    rows = [_posted(str(place), data, members, today) for place in range(count)]
    _mark_guardians_away(rows)
    return [row for row in rows if not row.is_blank and not (row.leaves and not row.residence_id)]


def _posted(index: str, data: QueryDict, members: Mapping[UUID, Residence], today: date) -> Row:
    prefix = f"{PREFIX}-{index}"
    row = Row(index, today=today)
    row.base = _base(data.get(f"{prefix}-base", ""))
    # a drawer that was never opened sends nothing: it says what it would have shown
    row.values = {key: data.get(f"{prefix}-{key}", row.base.get(key, "")).strip() for key in FIELDS}
    row.residence_id = _uuid(data.get(f"{prefix}-residence", ""))
    row.residence = members.get(row.residence_id) if row.residence_id else None
    row.version = data.get(f"{prefix}-version", "")
    row.arrival = data.get(f"{prefix}-arrival", "")
    row.transfer_reason = data.get(f"{prefix}-transfer_reason", row.transfer_reason).strip()
    row.is_elsewhere = row.arrival == "transfer"
    row.guardian = data.get(f"{prefix}-guardian", row.base.get("guardian", ""))
    row.leaves = bool(data.get(f"{prefix}-DELETE"))
    row.left_on = data.get(f"{prefix}-left_on", "").strip()
    row.left_reason = data.get(f"{prefix}-left_reason", "") or "01"
    return row


def _base(text: str) -> dict[str, str]:
    try:
        found = json.loads(text) if text else {}
    except ValueError:
        return {}
    if not isinstance(found, dict):
        return {}
    return {str(key): str(value) for key, value in found.items()}


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


def told_rows(rows: Iterable[Row], data: QueryDict) -> list[services.Told]:
    """Rows for the service; fields in which the other's value was chosen say nothing."""
    told = []
    for row in rows:
        if row.leaves:
            continue
        values = {
            key: value for key, value in row.told.items() if not is_theirs(data, row.key, key)
        }
        asked = f"{row.prefix}-guardian" in data and row.guardian != row.base.get("guardian", "")
        guardian = row.guardian if asked else None
        arrival: Any = row.arrival if row.arrival in get_args(services.Arrival) else ""
        told.append(
            services.Told(
                row.key,
                values,
                row.residence_id,
                row.version,
                arrival,
                guardian,
                row.transfer_reason,
            )
        )
    return told


def is_theirs(data: QueryDict, row: str, field_name: str) -> bool:
    """Whether the other's value was chosen for a field, on the page of both versions."""
    columns = [field_name, *(col for col, name in FIELD_OF.items() if name == field_name)]
    return any(data.get(f"choose_{row}:{column}") == "theirs" for column in columns)


def leaving_rows(rows: Iterable[Row], today: date) -> tuple[list[services.Leaving], bool]:
    """Members who left; False with a day that cannot be read, which is noted at its row."""
    found, readable = [], True
    for row in rows:
        if not (row.leaves and row.residence_id):
            continue
        try:
            day = read_day(row.left_on, today) if row.left_on else today
        except UnreadableDayError as problem:
            row.errors["left_on"], readable = str(problem), False
            continue
        found.append(services.Leaving(row.key, row.residence_id, row.version, day, row.left_reason))
    return found, readable


def put_problems(rows: Sequence[Row], problems: Iterable[RowProblem]) -> list[str]:
    """Put problems at their cells; gives the sentences that belong to no row."""
    by_key = {row.key: row for row in rows}
    loose = []
    for problem in problems:
        row = by_key.get(str(problem.row))
        found = problem.problem
        if row is None:
            loose.append(found.message)
            continue
        name = FIELD_OF.get(found.field, found.field)
        if row.residence_id is None and isinstance(found, services.ElsewhereProblem):
            row.is_elsewhere = True
        row.errors.setdefault(name, found.message)
        if found.how:
            row.hints.setdefault(name, found.how)
    return loose


def summary(rows: Iterable[Row]) -> list[dict[str, str]]:
    """What keeps the household from being saved: link, name and sentence of each problem."""
    return [
        {"id": f"id_{row.prefix}-{name}", "title": row.title, "text": text}
        for row in rows
        for name, text in row.errors.items()
    ]


def choices() -> dict[str, list[tuple[str, str]]]:
    """Options of the drawer's selects."""
    return {
        "document_kind": DocumentKind.choices(), "sex": SEXES.choices()[1:3],
        "reason": RESIDENCE_REASONS.choices(), "tenancy_role": TENANCY_ROLES.choices(),
        "education": EDUCATIONS.choices(), "ethnicity": ETHNICITIES.choices(),
    }  # fmt: skip
