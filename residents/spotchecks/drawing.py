"""Drawing a sample that anybody can draw again: frame, hash, strata, seed (domain §4.2).

The frame is put in the order of its addresses. Each stratum is walked in equal steps from a start
that the seed gives: the SHA-256 of `seed/stratum`, read as a fraction of the step. No random
generator is used, so that the draw can be repeated with pencil, paper and any SHA-256.

Paper: S-69, S-70.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from hashlib import sha256
from uuid import UUID

_WHOLE = 1 << 256


@dataclass(frozen=True)
class Unit:
    """One row of the frame: a dwelling or a record, and the stratum it was in on that day."""

    key: UUID
    stratum: str


@dataclass(frozen=True)
class Draw:
    """One row that was drawn, and how many of the frame it stands for before anybody goes."""

    unit: Unit
    weight: float


def listed(frame: Iterable[Unit]) -> str:
    """The frame in writing: a line for each row, key and stratum, in its order."""
    return "\n".join(f"{each.key} {each.stratum}" for each in frame)


def read_lines(text: str) -> list[Unit]:
    """The frame from what `listed` wrote.

    :raises ValueError: a line that is none of a frame
    """
    pairs = (line.split(" ", 1) for line in text.splitlines())
    return [Unit(UUID(key), stratum) for key, stratum in pairs]


def packed(frame: Iterable[Unit]) -> bytes:
    """The frame as it is kept."""
    return zlib.compress(listed(frame).encode())


def unpacked(kept: bytes) -> list[Unit]:
    return read_lines(zlib.decompress(kept).decode())


def frame_hash(frame: Iterable[Unit]) -> str:
    """SHA-256 over the lines of the frame: what was drawn from cannot be exchanged later."""
    return sha256(listed(frame).encode()).hexdigest()


def sizes(frame: Iterable[Unit]) -> dict[str, int]:
    """How many rows each stratum has."""
    return dict(sorted(Counter(each.stratum for each in frame).items()))


def allocate(sizes: Mapping[str, int], wanted: int, favour: Mapping[str, float]) -> dict[str, int]:
    """How many to draw from each stratum: by its size times its favour, two at least.

    :param favour: how much denser a stratum is drawn; 1 where it is not named
    """
    wanted = min(wanted, sum(sizes.values()))
    mass = {key: size * favour.get(key, 1.0) for key, size in sizes.items() if size}
    whole = sum(mass.values())
    shares = {key: max(2.0, wanted * each / whole) for key, each in mass.items()}
    return {key: min(sizes[key], round(share)) for key, share in shares.items()}


def start(seed: str, stratum: str) -> Fraction:
    """Where a stratum's walk begins, as a fraction of its step; the same for ever."""
    return Fraction(_start(seed, stratum), _WHOLE)


def _start(seed: str, stratum: str) -> int:
    return int.from_bytes(sha256(f"{seed}/{stratum}".encode()).digest())


def places(size: int, wanted: int, seed: str, stratum: str) -> list[int]:
    """Which of a stratum's `size` rows are drawn, counted from 0: ⌊(start + k) · size / wanted⌋."""
    if not size or wanted < 1:
        return []
    first = _start(seed, stratum)
    return [(first + turn * _WHOLE) * size // (wanted * _WHOLE) for turn in range(wanted)]


def draw(frame: Sequence[Unit], allocation: Mapping[str, int], seed: str) -> list[Draw]:
    """The rows drawn, in the order of the frame."""
    rows: dict[str, list[int]] = {}
    for place, unit in enumerate(frame):
        rows.setdefault(unit.stratum, []).append(place)
    drawn: list[tuple[int, float]] = []
    for stratum, wanted in allocation.items():
        own = rows.get(stratum, [])
        step = len(own) / max(wanted, 1)
        drawn += [(own[place], step) for place in places(len(own), wanted, seed, stratum)]
    return [Draw(frame[place], weight) for place, weight in sorted(drawn)]
