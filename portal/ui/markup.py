"""Markup that stands hundreds of times on a page: icons, masks, marks, list cells.

A template for each would cost more than the rest of the page (50 rows of 12 cells: 40 ms by
includes, 2 ms so); everything else is written in templates. `fill` escapes what it is given.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any

from django.template.loader import get_template
from django.templatetags.static import static
from django.utils.safestring import SafeString
from django.utils.translation import gettext_noop

from portal.ui import formats, graphics
from portal.ui.cells import Column, Link, Masked, Problem, Share, Tag, Toned, Verified
from portal.ui.drawing import fill, fill_each
from portal.ui.words import gettext as _
from portal.ui.words import language

_FRESHNESS_COLOURS = {4: "pp-f-b500", 3: "pp-f-b500", 2: "pp-f-warn", 1: "pp-f-danger", 0: ""}
_SEVERITIES = {
    "must": gettext_noop("必改"),
    "should": gettext_noop("应改"),
    "note": gettext_noop("提醒"),
}
_EYE = (
    '<button type="button" class="pp-iconbtn" hx-get="%s" hx-target="#dialog-host"'
    ' hx-swap="innerHTML" hx-push-url="false" aria-label="%s" title="%s">%s</button>'
)
_PROGRESS = (
    '<svg class="pp-graphic" width="%s" height="%s" aria-hidden="true">'
    '<rect class="pp-f-track" x="0" y="%s" width="100%%" height="%s"></rect>'
    '<rect class="%s" x="0" y="%s" width="%s%%" height="%s"></rect>%s</svg>'
)
_PROGRESS_TICK = '<rect class="pp-f-text" x="%s%%" y="0" width="1" height="%s"></rect>'
_SHARE = '<span class="pp-row"><span class="pp-fluid">%s</span><span class="%s">%s</span></span>'
_NO_SHARE = SafeString(
    f'<span class="pp-row"><span class="pp-fluid pp-right pp-3">{formats.DASH}</span></span>'
)
_GAP = "\x00"  # where a value will stand; no word holds it
_SEGMENT_WIDTH, _SEGMENT_HEIGHT, _SEGMENT_STEP = 6, 10, 8


@lru_cache(maxsize=512)
def icon(name: str, css: str = "", label: str = "") -> str:
    """An icon of the sprite; without a label hidden from assistive technology."""
    if label:
        return fill(
            '<svg class="pp-icon %s" role="img" aria-label="%s"><use href="%s#%s"></use></svg>',
            css,
            label,
            static("ui/icons.svg"),
            name,
        )
    return fill(
        '<svg class="pp-icon %s" aria-hidden="true"><use href="%s#%s"></use></svg>',
        css,
        static("ui/icons.svg"),
        name,
    )


@lru_cache(maxsize=8)
def freshness(level: int) -> str:
    """Four segments, `level` of them filled (see `graphics.freshness_level`)."""
    segments = fill_each(
        '<rect class="%s" x="%s" y="0" width="%s" height="%s" rx="1"></rect>',
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
    return fill(
        '<svg class="pp-graphic" width="30" height="10" aria-hidden="true">%s</svg>', segments
    )


def progress(
    part: formats.Number | None,
    total: formats.Number | None,
    height: int = 6,
    width: str = "100%",
    tick: formats.Number | None = None,
) -> str:
    """A filled share of a track; with `tick` (percent) it turns amber below that."""
    filled, aim = graphics.share(part, total), formats.as_decimal(tick)
    if aim is None:
        return fill(_PROGRESS, width, height, 0, height, "pp-f-brand", 0, filled, height, "")
    colour = "pp-f-warn" if filled < aim else "pp-f-viz2"
    mark = fill(_PROGRESS_TICK, aim, height + 4)
    return fill(_PROGRESS, width, height + 4, 2, height, colour, 2, filled, height, mark)


def share(value: Share) -> str:
    """A share beside its target, with its rate; a dash where there is nothing."""
    if not value.total:
        return _NO_SHARE
    rate = value.rate
    assert rate is not None
    return fill(
        _SHARE,
        progress(value.part, value.total, width="96", tick=value.target),
        "pp-warn" if rate < value.target else "",
        formats.rate(rate, 1, value.target),
    )


def options(choices: Iterable[Sequence[str]], chosen: object = "") -> str:
    """The options of a select that stands in each row, its codes with their titles.

    :param choices: code, title and, where one is chosen by typing them, initials
    """
    drawn = _options(tuple(map(tuple, choices)), language())
    return SafeString(drawn.replace(_option(chosen), f"{_option(chosen)} selected", 1))


@lru_cache(maxsize=128)
def _options(choices: tuple[tuple[str, ...], ...], _language: str | None) -> str:
    return "".join(
        _option(code) + fill(">%s</option>", title)
        if not initials
        else _option(code) + fill(' data-initials="%s">%s</option>', initials[0], title)
        for code, title, *initials in choices
    )


def _option(code: object) -> str:
    """How an option of this code begins: no other text of a select can hold this."""
    return fill('<option value="%s"', code)


def severity(level: str, text: str = "") -> str:
    """Shape and word of a severity: `must` round, `should` diamond, `note` ring, blank none."""
    word = text or (_(_SEVERITIES[level]) if level in _SEVERITIES else "")
    return fill('<span class="pp-sev pp-sev-%s">%s</span>', level or "none", word)


def masked(mask: str, url: str = "", denied: str = "", label: str = "", key: str = "") -> str:
    """A masked value with its eye (`url`) or lock (`denied` says why); read aloud by its tail."""
    stars = mask.count("*")
    head, _stars, tail = mask.partition("*" * stars) if stars else (mask, "", "")
    if "*" in head or "*" in tail:
        head, stars, tail = mask, 0, ""
    pattern = _mask_pattern(label or _("证件号"), bool(key), bool(url), denied, language())
    named, shown = ((key,) if key else ()), (url,) if url and not denied else ()
    return fill(pattern, *named, mask, mask[-4:], head, "*" * stars, tail, *shown)


@lru_cache(maxsize=64)
def _mask_pattern(label: str, named: bool, shown: bool, denied: str, _language: str | None) -> str:
    """A masked value of this name: gaps for its id, the mask, its parts, where it is revealed."""
    aloud = _("%(label)s，已遮盖，尾号 %(tail)s") % {"label": label, "tail": _GAP}
    act = _("查看完整%(label)s") % {"label": label}
    eye = fill(_EYE, _GAP, act, act, icon("eye")) if shown else ""
    whole = fill(
        '<span class="pp-mask"%s data-mask="%s"><span class="visually-hidden">%s</span>'
        '<span class="pp-mask-value" aria-hidden="true">%s<s>%s</s>%s</span>%s</span>',
        SafeString(f' id="mask-{_GAP}"') if named else "", _GAP, aloud, _GAP, _GAP, _GAP,
        _lock(denied) if denied else eye,
    )  # fmt: skip
    return whole.replace("%", "%%").replace(_GAP, "%s")


@lru_cache(maxsize=32)
def _lock(why: str) -> str:
    return fill('<span title="%s">%s</span>', why, icon("lock", label=why))


#: Writes a row's cell: takes the row and its address.
Writer = Callable[[Any, str], str]


def cell_writer(column: Column) -> Writer:
    """What writes this column's cell of a row and the row's address: by the value, or the column.

    All that does not depend on the row is looked up here, once for a list.
    """
    read, plain = column.reader, _BY_KIND.get(column.kind, str)
    template = get_template(column.template) if column.template else None
    is_name = column.kind == "name"
    is_text = not is_name and column.kind not in _BY_KIND

    def write(row: Any, row_url: str) -> str:
        value = read(row)
        if template:
            return template.render({"row": row, "value": value})
        kind = type(value)
        if kind is str and is_text and value:
            return str(value)
        if writer := _BY_TYPE.get(kind):
            return writer(value)
        if value is None or value == "":
            return formats.DASH
        if is_name and row_url:
            return fill('<a class="pp-rowlink" href="%s">%s</a>', row_url, value)
        return plain(value)

    return write


def _verified(value: Verified) -> str:
    return fill(
        '<span class="pp-row"><span class="pp-fluid pp-right%s">%s</span>%s</span>',
        " pp-danger" if value.overdue else "",
        value.text,
        freshness(graphics.freshness_level(value.days, value.cycle)),
    )


def _tag(value: Tag) -> str:
    tone = f" pp-tag-{value.tone}" if value.tone else ""
    return fill('<span class="pp-tag%s">%s</span>', tone, value.text)


_BY_TYPE: dict[type, Callable[[Any], str]] = {
    Verified: _verified,
    Tag: _tag,
    Link: lambda value: fill('<a href="%s">%s</a>', value.url, value.text),
    Masked: lambda value: masked(value.text, value.url, str(value.denied), key=value.key),
    Share: share,
    Problem: lambda value: severity(value.level, str(value.text)),
    Toned: lambda value: fill('<span class="pp-%s">%s</span>', value.tone, value.text),
}
_BY_KIND: dict[str, Callable[[Any], str]] = {
    "number": formats.whole,
    "decimal": lambda value: formats.decimal(value, 1),
    "rate": formats.rate,
    "day": formats.day,
    "second": lambda value: fill('<span class="pp-2">%s</span>', value),
    "code": lambda value: fill('<span class="pp-mono">%s</span>', value),
}
