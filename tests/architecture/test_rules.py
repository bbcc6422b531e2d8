"""The rules of each area are plain Python: they can be read, tested and argued over alone."""

from collections.abc import Iterator
from pathlib import Path

from tests.architecture.source import AREAS, ROOT, findings, imported, listed, place, python_files

FRAMEWORKS = {"django", "rest_framework", "celery", "psycopg2", "redis", "guardian"}


def is_rules(path: Path) -> bool:
    """`rules.py` of an area, or a module of its package `rules`."""
    parts = path.relative_to(ROOT).parts
    return parts[1:] == ("rules.py",) or (len(parts) > 2 and parts[1] == "rules")


def test_rules_know_no_framework() -> None:
    def find(path: Path) -> Iterator[str]:
        for node, module in imported(path):
            if module.split(".")[0] in FRAMEWORKS:
                yield f"{place(path, node)}: {module}"

    found = findings([path for path in python_files(*AREAS) if is_rules(path)], find)
    assert not found, listed(found)
