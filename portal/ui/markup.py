"""Markup that stands hundreds of times on a page: icons, masks, marks, list cells.

A template for each would cost more than the rest of the page (50 rows of 12 cells: 40 ms by
includes, 4 ms so); everything else is written in templates. `format_html` escapes what it is given.
"""

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from django.template.loader import get_template
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _

from portal.ui import formats, graphics
from portal.ui.cells import Column, Link, Masked, Problem, Tag, Toned, Verified

_FRESHNESS_COLOURS = {4: "pp-f-b500", 3: "pp-f-b500", 2: "pp-f-warn", 1: "pp-f-danger", 0: ""}
_SEGMENT_WIDTH, _SEGMENT_HEIGHT, _SEGMENT_STEP = 6, 10, 8


@lru_cache(maxsize=512)
def icon(name: str, css: str = "", label: str = "") -> str:
    """An icon of the sprite; without a label hidden from assistive technology."""
    if label:
        return format_html(
            '<svg class="pp-icon {}" role="img" aria-label="{}"><use href="{}#{}"></use></svg>',
            css,
            label,
            static("ui/icons.svg"),
            name,
        )
    return format_html(
        '<svg class="pp-icon {}" aria-hidden="true"><use href="{}#{}"></use></svg>',
        css,
        static("ui/icons.svg"),
        name,
    )


@lru_cache(maxsize=8)
def freshness(level: int) -> str:
    """Four segments, `level` of them filled (see `graphics.freshness_level`)."""
    segments = format_html_join(
        "",
        '<rect class="{}" x="{}" y="0" width="{}" height="{}" rx="1"></rect>',
        (
            (
                _FRESHNESS_COLOURS[level] if index < level else "pp-f-line",
                index * _SEGMENT_STEP,
                _SEGMENT_WIDTH,
                _SEGMENT_HEIGHT,
            )
            for index in range(graphics.FRESHNESS_SEGMENTS)
        ),
    )
    return format_html(
        '<svg class="pp-graphic" width="30" height="10" aria-hidden="true">{}</svg>', segments
    )


def severity(level: str, text: str = "") -> str:
    """Shape and word of a severity: `must` round, `should` diamond, `note` ring, blank none."""
    words = {"must": _("必改"), "should": _("应改"), "note": _("提醒")}
    return format_html(
        '<span class="pp-sev pp-sev-{}">{}</span>', level or "none", text or words.get(level, "")
    )


def masked(mask: str, url: str = "", denied: str = "", label: str = "", key: str = "") -> str:
    """A masked value with its eye (`url`) or lock (`denied` says why); read aloud by its tail."""
    name = label or _("证件号")
    stars = mask.count("*")
    head, _stars, tail = mask.partition("*" * stars) if stars else (mask, "", "")
    if "*" in head or "*" in tail:
        head, stars, tail = mask, 0, ""
    return format_html(
        '<span class="pp-mask"{} data-mask="{}"><span class="visually-hidden">{}</span>'
        '<span class="pp-mask-value" aria-hidden="true">{}<s>{}</s>{}</span>{}</span>',
        format_html(' id="mask-{}"', key) if key else "",
        mask,
        _("%(label)s，已遮盖，尾号 %(tail)s") % {"label": name, "tail": mask[-4:]},
        head,
        "*" * stars,
        tail,
        _lock_or_eye(url, denied, name),
    )


def _lock_or_eye(url: str, denied: str, label: str) -> str:
    if denied:
        return format_html('<span title="{}">{}</span>', denied, icon("lock", label=denied))
    if not url:
        return ""
    return format_html(
        '<button type="button" class="pp-iconbtn" hx-get="{}" hx-target="#dialog-host"'
        ' hx-swap="innerHTML" hx-push-url="false" aria-label="{}" title="{}">{}</button>',
        url,
        act := _("查看完整%(label)s") % {"label": label},
        act,
        icon("eye"),
    )


def cells(drawn: Iterable[tuple[str, str]]) -> str:
    """Table cells side by side, each with its classes."""
    return format_html_join("", '<td class="{}">{}</td>', drawn)


def cell(column: Column, row: Any, row_url: str = "") -> str:
    """What one cell of a list shows: by the value's own kind, or else by its column's."""
    value = column.value(row)
    if column.template:
        return get_template(column.template).render({"row": row, "value": value})
    if writer := _BY_TYPE.get(type(value)):
        return writer(value)
    if value is None or value == "":
        return formats.DASH
    if column.kind == "name" and row_url:
        return format_html('<a class="pp-rowlink" href="{}">{}</a>', row_url, value)
    plain = _BY_KIND.get(column.kind)
    return plain(value) if plain else str(value)


def _verified(value: Verified) -> str:
    return format_html(
        '<span class="pp-row"><span class="pp-fluid pp-right{}">{}</span>{}</span>',
        " pp-danger" if value.overdue else "",
        value.text,
        freshness(graphics.freshness_level(value.days, value.cycle)),
    )


def _tag(value: Tag) -> str:
    tone = f" pp-tag-{value.tone}" if value.tone else ""
    return format_html('<span class="pp-tag{}">{}</span>', tone, value.text)


_BY_TYPE: dict[type, Callable[[Any], str]] = {
    Verified: _verified,
    Tag: _tag,
    Link: lambda value: format_html('<a href="{}">{}</a>', value.url, value.text),
    Masked: lambda value: masked(value.text, value.url, str(value.denied), key=value.key),
    Problem: lambda value: severity(value.level, str(value.text)),
    Toned: lambda value: format_html('<span class="pp-{}">{}</span>', value.tone, value.text),
}
_BY_KIND: dict[str, Callable[[Any], str]] = {
    "number": formats.whole,
    "decimal": lambda value: formats.decimal(value, 1),
    "rate": formats.rate,
    "day": formats.day,
    "second": lambda value: format_html('<span class="pp-2">{}</span>', value),
    "code": lambda value: format_html('<span class="pp-mono">{}</span>', value),
}
