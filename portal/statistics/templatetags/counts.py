"""Cells of counts in tables of the population: by a template a table of a hundred takes a page."""

from collections.abc import Iterable
from functools import lru_cache

from django import template
from django.utils.safestring import SafeString

from portal.ui import formats
from portal.ui.drawing import fill
from portal.ui.words import gettext as _
from portal.ui.words import language

register = template.Library()


@register.simple_tag
def count_cell(count: int | None) -> str:
    """The cell of a count; None stands for one that is hidden because it is too small."""
    if count is None:
        return _hidden(language())
    return fill('<td class="pp-num">%s</td>', formats.whole(count))


@register.simple_tag
def count_cells(counts: Iterable[int | None]) -> str:
    """A cell for each count."""
    return SafeString("".join(map(count_cell, counts)))


@lru_cache(maxsize=4)
def _hidden(_language: str | None) -> SafeString:
    return fill(
        '<td class="pp-num"><span class="pp-3" role="img" aria-label="%s">※</span></td>',
        _("已隐去"),
    )
