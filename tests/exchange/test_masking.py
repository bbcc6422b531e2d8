"""What of a cell reaches a page."""

import uuid

import pytest
from cryptography.exceptions import InvalidTag

from portal import vault
from portal.exchange.masking import masked, scrubbed


@pytest.mark.parametrize(
    ("text", "mask", "shown"),
    [
        ("319999196107172806", "identity", "3199**********2806"),
        ("3199 9919 6107 1728 06", "identity", "3199**********2806"),
        ("138 0000 2671", "phone", "138****2671"),
        ("1986.3.2", "birth", "1986-**-**"),
        ("三月二日", "birth", "**"),
        ("", "identity", ""),
        ("梅川路12号", "", "梅川路12号"),
        ("310107005012-0006-1203", "", "310107005012-0006-1203"),
        ("房东 13800002671，证 319999196107172806", "", "房东 138****2671，证 3199**********2806"),
        ("证（３１９９９９１９６１０７１７２８０６）", "", "证（3199**********2806）"),
    ],
)
def test_a_cell_is_shown_without_its_numbers(text, mask, shown):
    assert masked(text, mask) == shown


def test_a_sentence_keeps_its_own_punctuation():
    assert scrubbed("显示为（319999196107170000），末几位已丢失") == (
        "显示为（3199**********0000），末几位已丢失"
    )


def test_a_sealed_file_opens_for_its_own_row_only():
    row = uuid.uuid4()
    sealed = vault.seal_file(b"PK content", row=row)
    assert b"content" not in sealed
    assert vault.unseal_file(sealed, row=row) == b"PK content"
    with pytest.raises(InvalidTag):
        vault.unseal_file(sealed, row=uuid.uuid4())
