"""Every requirement of the paper is accounted for: home, proof, and what is missing."""

from scripts import paper


def test_the_paper_has_142_requirements_in_order() -> None:
    keys = [row.key for row in paper.requirements()]
    assert keys == [f"S-{number:02d}" for number in range(1, 143)]


def test_nothing_is_named_that_the_paper_does_not_have() -> None:
    assert paper.unknown() == []


def test_the_document_is_what_code_and_tests_say() -> None:
    assert paper.DOCUMENT.read_text(encoding="utf-8") == paper.document(), "stale: make paper"


def test_what_is_still_open_belongs_to_something_that_was_begun() -> None:
    """A note about what is missing says nothing of a requirement that nobody has begun."""
    begun = set(paper.homes()) | set(paper.tests())
    assert not [row.key for row in paper.requirements() if row.still_open and row.key not in begun]
