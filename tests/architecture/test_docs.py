"""Documents keep up: decisions numbered, terms unique, links alive, both READMEs alike."""

import re
from pathlib import Path

import pytest

from tests.architecture.source import ROOT, kept_files, listed, name

DECISIONS = sorted((ROOT / "docs" / "adr").glob("[0-9]*.md"))
LINK = re.compile(r"!?\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")


def test_decisions_are_numbered_without_a_gap() -> None:
    numbers = [int(path.name[:4]) for path in DECISIONS]
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("path", DECISIONS, ids=[path.stem for path in DECISIONS])
def test_a_decision_says_context_decision_and_consequences(path: Path) -> None:
    headings = re.findall(r"^## (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    assert headings == ["Context", "Decision", "Consequences"]


def test_one_term_has_one_name() -> None:
    text = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", text, re.MULTILINE)
    assert [int(row[0]) for row in rows] == list(range(1, len(rows) + 1))
    terms = [row[1].strip() for row in rows]
    assert len(set(terms)) == len(terms)
    assert len(rows) >= 160


def test_links_between_documents_lead_somewhere() -> None:
    found = []
    for path in kept_files():
        if path.suffix != ".md":
            continue
        for target in LINK.findall(path.read_text(encoding="utf-8")):
            if "://" not in target and not (path.parent / target).exists():
                found.append(f"{name(path)}: {target}")
    assert not found, listed(found)


def test_both_readmes_have_the_same_chapters() -> None:
    counts = [
        len(re.findall(r"^## ", (ROOT / readme).read_text(encoding="utf-8"), re.MULTILINE))
        for readme in ("README.md", "README.zh-CN.md")
    ]
    assert counts[0] == counts[1]
