"""Parts of a page drawn once per process with gaps, into which each page puts its own values.

The head of a list and what stands below it differ from page to page by addresses and numbers
only. The markup stays in a template, which is drawn with gaps in their place; what fills them is
escaped like any value.
"""

from collections.abc import Mapping
from typing import Any

from django.template.loader import get_template
from django.utils.safestring import SafeString

from portal.ui.drawing import escaped

_EDGE = "\x00"  # no template and no word holds it


def gap(name: str) -> SafeString:
    """The place of a value, as the template is given it."""
    return SafeString(f"{_EDGE}{name}{_EDGE}")


class Stencil:
    """A drawn template with gaps."""

    def __init__(self, template: str, context: Mapping[str, Any]) -> None:
        """:param context: what the template reads, `gap(name)` in the place of what will vary"""
        self._parts = get_template(template).render(dict(context)).split(_EDGE)
        self._names = self._parts[1::2]

    def fill(self, values: Mapping[str, object]) -> SafeString:
        """The part with these values.

        :raises KeyError: a gap has no value
        """
        parts = self._parts.copy()
        parts[1::2] = [escaped(values[name]) for name in self._names]
        return SafeString("".join(parts))
