"""One act done for several records: each by itself, those that are refused left as they are."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction


@dataclass
class Done:
    """What came of an act on several records.

    :param refused: why the others were left, a sentence each
    """

    count: int = 0
    refused: list[str] = field(default_factory=list)


def for_each(
    keys: Iterable[Any], act: Callable[[Any], Any], refusals: tuple[type[Exception], ...]
) -> Done:
    """Do `act` with each key; one that is refused undoes nothing of the others."""
    done = Done()
    for key in keys:
        try:
            with transaction.atomic():
                act(key)
        except refusals as why:
            done.refused.append(str(why))
        else:
            done.count += 1
    return done
