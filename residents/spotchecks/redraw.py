"""Draw a round again from its frame, away from the system: Python alone, no database.

    sha256sum frame.txt                  the hash that the round shows
    python -m residents.spotchecks.redraw frame.txt SEED own=12 rented=10 vacant=2

`frame.txt` and the draws are downloaded from the round's page, seed and numbers stand there. The
keys that are printed are those of the draws, in their order. Paper: S-69, S-70.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from residents.spotchecks.drawing import draw, frame_hash, read_lines


def redrawn(text: str, seed: str, numbers: dict[str, int]) -> tuple[str, list[str]]:
    """The hash of the frame, and the keys drawn from it.

    :raises ValueError: a stratum that the frame has not, or lines that are no frame
    """
    frame = read_lines(text)
    if unknown := set(numbers) - {unit.stratum for unit in frame}:
        raise ValueError(f"no such stratum: {', '.join(sorted(unknown))}")
    return frame_hash(frame), [str(each.unit.key) for each in draw(frame, numbers, seed)]


def main(arguments: Sequence[str]) -> int:
    if len(arguments) < 3:
        sys.stdout.write(str(__doc__))
        return 2
    path, seed, *given = arguments
    numbers = {key: int(number) for key, _, number in (each.partition("=") for each in given)}
    found, keys = redrawn(Path(path).read_text(encoding="utf-8"), seed, numbers)
    sys.stdout.write("\n".join([f"# {found}", *keys, ""]))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
