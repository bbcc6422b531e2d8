"""Conditions in force, in words: from a filter set to the chips above a list."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Model, QuerySet
from django.forms import BoundField
from django_filters import FilterSet

from portal.ui.choices import flat
from portal.ui.words import gettext as _

MOST_WORDS = 3


@dataclass(frozen=True)
class Chip:
    """A condition: what it is about, its value in words, the parameters behind it."""

    label: str
    text: str
    names: tuple[str, ...]
    remove_url: str


def active_chips(filterset: FilterSet, url: Callable[..., str]) -> list[Chip]:
    """A chip for each filter that is set; filters that cannot be read have none."""
    form = filterset.form
    form.is_valid()
    chips = []
    for name, value in form.cleaned_data.items():
        if _is_blank(value):
            continue
        names = tuple(key for key in filterset.data if key == name or key.startswith(f"{name}_"))
        own = tuple(key for key in names if key == name or key not in form.fields)
        chips.append(
            Chip(
                label=str(form[name].label),
                text=in_words(form[name], value),
                names=own,
                remove_url=url(**dict.fromkeys(own)),
            )
        )
    return chips


def in_words(field: BoundField, value: Any) -> str:
    """A cleaned filter value as people say it: `1号、3号、5号 等 8 栋` shortened to `等 8 项`."""
    if isinstance(value, slice):
        return _range(value.start, value.stop)
    words = _names(field, value)
    if len(words) > MOST_WORDS:
        shown = "、".join(words[:MOST_WORDS])
        return _("%(shown)s 等 %(count)d 项") % {"shown": shown, "count": len(words)}
    return "、".join(words)


def _names(field: BoundField, value: Any) -> list[str]:
    # a record names itself: the others that could have been chosen are not asked for
    offered = () if isinstance(value, Model | QuerySet) else getattr(field.field, "choices", ())
    choices = {str(key): str(title) for key, title in flat(offered)}
    values = value if isinstance(value, list | tuple | set | QuerySet) else [value]
    return [choices.get(str(part)) or _plain(part) for part in values]


def _plain(value: Any) -> str:
    if value is True:
        return _("是")
    if value is False:
        return _("否")
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def _range(start: Any, stop: Any) -> str:
    if start is None:
        return _("不超过 %(value)s") % {"value": _plain(stop)}
    if stop is None:
        return _("不少于 %(value)s") % {"value": _plain(start)}
    return _("%(start)s 至 %(stop)s") % {"start": _plain(start), "stop": _plain(stop)}


def _is_blank(value: Any) -> bool:
    if value is None or value == "" or value == []:
        return True
    if isinstance(value, slice):
        return value.start is None and value.stop is None
    return isinstance(value, QuerySet) and not value
