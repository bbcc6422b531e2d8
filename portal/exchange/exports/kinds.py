"""What an area says of a list that may leave as a file: `EXPORTS` in its module `exports`.

Columns are expressions of the database, so that a file of a million rows never passes through
model instances; numbers of people are only there as stored masks (D-6).
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from typing import Any, Literal

from django.conf import settings
from django.db.models import Case, CharField, Func, Model, QuerySet, TextField, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast
from django.http import QueryDict
from django_filters import FilterSet

from portal.orgs.capabilities import Capability
from portal.orgs.models import OrgUnit
from portal.orgs.scope import Scope
from portal.ui.cells import Text
from portal.ui.chips import active_chips
from portal.ui.filtering import each_once

Form = Literal["text", "number", "day"]


@dataclass(frozen=True)
class ExportColumn:
    """One column. `value` is a field or an expression, or a function of the day (for ages).

    :param width: in characters
    :param shown: in the file unless the user chose otherwise, as in the list
    :param names: headings that other offices write over such a column, parted by spaces
    :param needs: who may have it beyond those who may export the list
    :param meaning: what a computed column says, where the fields that it is computed from do not
    """

    key: str
    title: Text
    value: str | Combinable | Callable[[date], Combinable]
    form: Form = "text"
    width: int = 12
    shown: bool = True
    names: str = ""
    needs: Capability | None = None
    meaning: Text = ""

    def expression(self, day: date) -> Any:
        """What the database computes for this column on `day`."""
        return self.value(day) if callable(self.value) else self.value


@dataclass(frozen=True)
class ExportKind:
    """A list as a file. `key` and `address` are the list's own, the latter the name of its view;
    `person` names the column of whom a row tells, `place` that of where they stand together: keys
    both, blank in lists of things. `offered` are those that somebody may begin with.

    `form_columns` are those that only forms of other offices ask for; a list with them can fill
    forms. `ranges` are parts of the list to choose from: conditions as an address, and a title.

    `filterset` gives the conditions of the list's address over the rows in scope; `divided_by` is
    their unit's code inside that scope, by which a large file is made in parts.
    """

    key: str
    title: Text
    unit: Text
    capability: Capability
    columns: Sequence[ExportColumn]
    filterset: Callable[[Scope, QueryDict, date], FilterSet]
    order: str
    address: str
    person: str = ""
    place: str = ""
    offered: bool = True
    form_columns: Sequence[ExportColumn] = ()
    ranges: Sequence[tuple[str, Text]] = ()
    divided_by: str = "committee_id"

    def rows(self, scope: Scope, query: str, day: date) -> "QuerySet[Model]":
        """The rows of a file in scope; none when a condition cannot be read."""
        found = self.filterset(scope, QueryDict(query), day)
        rows: QuerySet[Model] = found.qs if found.is_valid() else found.queryset.none()
        return each_once(rows.order_by())

    def conditions(self, scope: Scope, query: str, day: date) -> list[str]:
        """The conditions in words, as the chips above the list say them."""
        found = self.filterset(scope, QueryDict(query), day)
        return [f"{chip.label} {chip.text}" for chip in active_chips(found, lambda **_: "")]

    def chosen(self, keys: Iterable[str]) -> list[ExportColumn]:
        """The columns of these keys in their order, those of the list when none is known."""
        known = {column.key: column for column in self.columns}
        chosen = [known[key] for key in dict.fromkeys(keys) if key in known]
        return chosen or [column for column in self.columns if column.shown]

    def for_forms(self) -> dict[str, ExportColumn]:
        """What a form may be filled with, by key."""
        return {column.key: column for column in (*self.columns, *self.form_columns)}


def export_kinds() -> dict[str, ExportKind]:
    """All lists that may leave as a file, from `EXPORT_MODULES`."""
    return {
        kind.key: kind for name in settings.EXPORT_MODULES for kind in import_module(name).EXPORTS
    }


def may_export(scope: Scope, key: str) -> bool:
    """Whether this post may take the list of this key out as a file."""
    kind = export_kinds().get(key)
    return kind is not None and scope.may(Capability.EXPORT_MASKED) and scope.may(kind.capability)


class _Named(Func):
    """What a table of names, one parameter of the statement, says of a key."""

    template = "(%(expressions)s)"
    arg_joiner = "::jsonb ->> "
    output_field = CharField()


def committee_name(_day: date) -> Combinable:
    """The name of the row's committee."""
    return unit_name("committee_id")


def unit_name(column: str) -> Combinable:
    """A unit's name out of the few hundred there are: a look-up for each row costs more."""
    names = {str(code): name for code, name in OrgUnit.objects.values_list("code", "name")}
    return _Named(Value(json.dumps(names)), Cast(column, TextField()))


def titled(column: str, titles: Iterable[tuple[str, Text]]) -> Case:
    """The title of a coded column, itself where the code is unknown."""
    return Case(
        *(When(**{column: code}, then=Value(str(title))) for code, title in titles),
        default=column,
        output_field=CharField(),
    )
