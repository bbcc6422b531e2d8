"""Template tags of the interface: icons, formats, small graphics, keys, hidden form keys.

Use: `{% load ui %}`. Formats are filters (`{{ count|whole }}`), graphics are tags
(`{% freshness days %}`). Nothing here reads the database.
"""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from django import template
from django.forms import BoundField
from django.template import Context
from django.template.loader import get_template
from django.utils import timezone

from portal.ui import formats, graphics, marks, markup
from portal.ui.addresses import address_of
from portal.ui.drawing import fill, fill_each
from portal.ui.icons import ICONS
from portal.ui.idempotency import FIELD, new_key
from portal.ui.widgets import widget_css
from portal.ui.words import language

register = template.Library()

for name in (
    "whole",
    "decimal",
    "rate",
    "percent",
    "share",
    "change",
    "wan",
    "count",
    "day",
    "long_day",
    "ago",
    "mask_id",
    "mask_phone",
    "mask_birth",
):
    register.filter(name, getattr(formats, name))


@register.simple_tag
def icon(name: str, css: str = "", label: str = "") -> str:
    """An icon of the sprite: `{% icon "home" %}`, `{% icon "eye" "pp-icon-18" label="查看" %}`.

    :raises TemplateSyntaxError: there is no icon of this name
    """
    if name not in ICONS:
        raise template.TemplateSyntaxError(f"no icon called {name}; add it to portal/ui/icons.py")
    return markup.icon(name, css, label)


@register.simple_tag
def address(view: str, key: object) -> str:
    """The address of a view of one record, at a third of what `url` takes.

    `{% address "residents:person" resident.pk %}`
    """
    return address_of(view, key)


@register.simple_tag
def fixed(name: str) -> str:
    """A template that is the same for everybody on every page, drawn once per process."""
    return _drawn(name, language())


@lru_cache(maxsize=32)
def _drawn(name: str, _language: str) -> str:
    return get_template(name).render()


@register.simple_tag
def kbd(*keys: str) -> str:
    """Key chips: `{% kbd "Ctrl" "S" %}` as one chip each, joined by a space."""
    return _keys(keys)


@lru_cache(maxsize=64)
def _keys(keys: tuple[str, ...]) -> str:
    first, *others = (fill('<kbd class="pp-kbd">%s</kbd>', key) for key in keys)
    return fill("%s%s", first, fill_each(" %s", ((key,) for key in others)))


@register.filter
def or_dash(value: Any) -> Any:
    """The value, or a dash when it is None or blank. Zero stays zero."""
    return formats.DASH if value is None or value == "" else value


@register.simple_tag
def rate_to(value: formats.Number | None, target: formats.Number, places: int = 2) -> str:
    """A rate that is never rounded up to its target: `{% rate_to value 92 %}`."""
    return formats.rate(value, places, target)


@register.simple_tag
def gap_to(value: formats.Number | None, target: formats.Number, places: int = 2) -> str:
    """How much a rate lacks to its target, empty when it is reached."""
    return formats.gap(value, target, places)


@register.filter
def below(value: formats.Number | None, target: formats.Number | None) -> bool:
    """Whether a known value is under its target."""
    number, aim = formats.as_decimal(value), formats.as_decimal(target)
    return number is not None and aim is not None and number < aim


@register.filter
def short_day(value: date | None) -> str:
    """`11-20` within this year, else the whole date."""
    return formats.short_day(value, timezone.localdate())


@register.filter
def moment(value: Any) -> str:
    """`11-20 06:00` in local time."""
    local = None if value is None else timezone.localtime(value)
    return formats.moment(local, timezone.localdate())


@register.filter
def due(value: date | None) -> str:
    """`超期 3 天`, `今天`, `4 天后`."""
    return formats.due(value, timezone.localdate())


@register.filter
def days_since(value: date | None) -> int | None:
    """Days from a day to today; None for None."""
    return None if value is None else (timezone.localdate() - value).days


@register.simple_tag
def freshness(days: int | None, cycle: int = 90) -> str:
    """Four segments that say how long ago somebody was verified (see `freshness_level`)."""
    return markup.freshness(graphics.freshness_level(days, cycle))


@register.simple_tag
def ruler(
    value: formats.Number | None,
    target: formats.Number,
    low: formats.Number,
    high: formats.Number,
    width: str = "96",
) -> str:
    """A value and its target on an axis cut to `low`..`high`, fixed for a metric, not for a row."""
    return marks.ruler(graphics.ruler(value, target, low, high), width)


@register.simple_tag
def gapbar(difference: formats.Number | None, scale: formats.Number, width: str = "100%") -> str:
    """A bar left or right of the target line, `scale` at either end."""
    return marks.gap_bar(graphics.gap_bar(difference, scale), width)


@register.simple_tag
def loadbar(
    value: formats.Number | None,
    limit: formats.Number = 1500,
    full: formats.Number = 2200,
    width: str = "100%",
) -> str:
    """A zero-based bar with a tick at the limit, red when over."""
    return marks.load_bar(graphics.load_bar(value, limit, full), width)


register.simple_tag(markup.progress)
register.simple_tag(markup.share)
register.simple_tag(markup.options)


@register.simple_tag
def sparkline(
    values: Sequence[formats.Number | None],
    target: formats.Number | None = None,
    width: str = "100%",
    height: int = 32,
    changed: int | None = None,
) -> str:
    """A trend without axes; the last point is red when it is below the target.

    :param changed: the place from which values are counted in another way: a dotted line
    """
    mark = graphics.sparkline(values, target, height=height, changed=changed)
    return marks.sparkline(mark, width, height)


@register.simple_tag
def masked(mask: str, url: str = "", denied: str = "", label: str = "", key: str = "") -> str:
    """A masked value: `{% masked person.id_mask url=reveal_url key=person.pk %}`.

    :param url: where the reveal dialog is fetched; empty shows no eye
    :param denied: why this user may not reveal it (a lock with this tooltip)
    :param label: what the value is, for assistive technology; an identity number when blank
    :param key: makes the element's id unique on the page
    """
    return markup.masked(mask, url, denied, label, key)


@register.simple_tag
def receipt(number: Any, css: str = "pp-rowlink", unit: str = "") -> str:
    """A number that opens the list behind it (`text`, `url`, `rows`); `unit` stands close by it."""
    written = fill("<small>%s</small>", unit) if unit else ""
    if not number.url:
        return fill("%s%s", number.text, written)
    return fill(
        '<a class="%s" href="%s" data-receipt="%s">%s</a>%s',
        css, number.url, number.rows, number.text, written,
    )  # fmt: skip


@register.simple_tag
def heat_cells(cells: Sequence[Any]) -> str:
    """The cells of a heat map's row: each has a `receipt` and a `level`, 0 for unknown."""
    return fill_each(
        '<td class="%s">%s</td>',
        (
            (f"pp-heat-{cell.level}" if cell.level else "is-empty",
             receipt(cell.receipt, "pp-heat-link"))
            for cell in cells
        ),
    )  # fmt: skip


register.simple_tag(marks.diff)
register.simple_tag(marks.matrix_cell)
register.simple_tag(marks.matrix_row)


@register.simple_tag
def severity(level: str, text: str = "") -> str:
    """Shape and word of a severity: level `must`, `should`, `note` or blank."""
    return markup.severity(level, text)


@register.simple_tag
def idempotency(key: str = "") -> str:
    """The hidden key that makes sending this form twice harmless; a new one where none is given."""
    return fill('<input type="hidden" name="%s" value="%s">', FIELD, key or new_key())


@register.inclusion_tag("ui/watermark.html", takes_context=True)
def watermark(context: Context, text: str = "") -> dict[str, str]:
    """Who looks and when, tiled faintly over a page with personal data."""
    shell = context.get("shell")
    who = text or (shell.watermark if shell else "")
    return {"text": f"{who} {formats.day(timezone.localdate())}".strip()}


@register.filter
def dict_get(mapping: Any, key: Any) -> Any:
    """The entry of a mapping under a variable key, None when there is none."""
    return mapping.get(key) if mapping else None


@register.filter
def dressed(field: BoundField) -> str:
    """A bound field's widget in our clothes, for forms that are not ours (django-filter's)."""
    return field.as_widget(attrs={"class": widget_css(field.field.widget)})
