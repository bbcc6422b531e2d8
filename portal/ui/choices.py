"""Choices of a field, as Django holds them: pairs, or groups of pairs under a title."""

from collections.abc import Iterable, Iterator
from typing import Any


def flat(choices: Iterable[tuple[Any, Any]]) -> Iterator[tuple[Any, Any]]:
    """The pairs of value and title without their groups."""
    for key, title in choices:
        if isinstance(title, list | tuple):
            yield from title
        else:
            yield key, title
