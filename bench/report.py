"""The report: a block of each module in docs/performance.md, between markers."""

import os
import platform
import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from bench.figures import Figure

REPORT = Path(__file__).resolve().parent.parent / "docs" / "performance.md"
SIGNS = {True: "✓", False: "✗", None: ""}


def write(
    module: str, figures: Sequence[Figure], people: int, at: datetime, below: str = ""
) -> None:
    """Put the figures of one module in place of those of its last run.

    :param below: what stands under the table
    :raises LookupError: docs/performance.md has no markers for the module
    """
    text = REPORT.read_text(encoding="utf-8")
    begin, end = f"<!-- {module}: begin -->", f"<!-- {module}: end -->"
    block = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
    if not block.search(text):
        raise LookupError(f"{REPORT.name}: no markers {begin} … {end}")
    parts = [begin, _origin(people, at), table(figures), *([below.strip()] if below else []), end]
    body = "\n\n".join(parts)
    REPORT.write_text(block.sub(lambda _found: body, text), encoding="utf-8")


def table(figures: Sequence[Figure]) -> str:
    """The figures as a Markdown table."""
    lines = [
        "| figure | ours | yardstick | ratio | goal | | yardstick, peers |",
        "|---|--:|--:|--:|--:|---|---|",
    ]
    lines += [
        f"| {f.name} | {f.measured} | {f.baseline} | {f.ratio:.2f} | {f.goal or ''} "
        f"| {SIGNS[f.met]} | {f.note} |"
        for f in figures
    ]
    return "\n".join(lines)


def _origin(people: int, at: datetime) -> str:
    return (
        f"{at:%Y-%m-%d %H:%M %Z} · {people:,} residents · {os.cpu_count()} × {_processor()} · "
        f"Python {platform.python_version()} · load {os.getloadavg()[0]:.1f} at the end"
    )


def _processor() -> str:
    found = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text(encoding="utf-8"))
    return found.group(1).strip() if found else platform.machine()
