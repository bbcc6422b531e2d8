"""Filter sets of django-filter, cut to what a request asks.

A set of twenty filters costs more to put together than the page of fifty rows that it filters;
most requests use none of them, or one.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django_filters import FilterSet, MultipleChoiceFilter

from portal.ui.cells import Text

#: Columns by key: the title, and the condition of being blank.
Fillable = Mapping[str, tuple[Text, Q]]
Rows = QuerySet[Any, Any]


def asked_for(cls: type[FilterSet], names: Iterable[str]) -> type[FilterSet]:
    """The filter set with only the filters that these parameters speak to."""
    given = set(names)
    wanted = frozenset(
        key
        for key in cls.base_filters
        if key in given or any(name.startswith(f"{key}_") for name in given)
    )
    whole: Any = cls  # a class is a key like any other; the stubs of lru_cache doubt it
    cut: type[FilterSet] = _cut(whole, wanted)
    return cut


@lru_cache(maxsize=1024)
def _cut(cls: Any, wanted: frozenset[str]) -> Any:
    cut = type(cls)(cls.__name__, (cls,), {"__module__": cls.__module__})
    cut.base_filters = {key: each for key, each in cls.base_filters.items() if key in wanted}
    return cut


def offer(filterset: FilterSet, **querysets: Any) -> None:
    """Give filters the rows to choose from; a filter with none of them is dropped."""
    for name, rows in querysets.items():
        if name not in filterset.filters:
            continue
        if rows is None:
            del filterset.filters[name]
        else:
            filterset.filters[name].queryset = rows


def each_once(rows: Rows) -> Rows:
    """The rows without DISTINCT, which django-filter adds for several choices of one condition.

    Conditions look at a row's own columns, so that none comes twice. Under DISTINCT a list is
    sorted as a whole, and a file holds the columns of its order beside its own.
    """
    found: Rows = rows.all()
    found.query.distinct = False
    return found


def fillable(columns: Fillable) -> tuple[MultipleChoiceFilter, MultipleChoiceFilter]:
    """Two filters, 为空 and 不为空: rows in which every one of the chosen columns is so."""

    def blank(rows: Rows, _name: str, values: list[str]) -> Rows:
        for key in values:
            rows = rows.filter(columns[key][1])
        return rows

    def filled(rows: Rows, _name: str, values: list[str]) -> Rows:
        for key in values:
            rows = rows.exclude(columns[key][1])
        return rows

    choices = [(key, title) for key, (title, _blank) in columns.items()]
    return (
        MultipleChoiceFilter(label=_("为空"), choices=choices, method=blank),
        MultipleChoiceFilter(label=_("不为空"), choices=choices, method=filled),
    )
