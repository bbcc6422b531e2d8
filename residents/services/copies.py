"""The copies that residence episodes carry, so that lists need no join (D-5).

`person_copies` is the one place that says which fields of a person an episode repeats; every
write of a person passes through it. `dwelling_copies` is the same for the dwelling, kept by
`dwellings_changed`, which housing calls.
"""

from typing import Any

from housing.models import DwellingUnit
from residents.models import Residence, Resident

PERSON = (
    "name", "name_key", "initials", "sex", "birth_date", "origin", "id_mask", "id_tail",
    "phone_mask",
)  # fmt: skip


def person_copies(resident: Resident) -> dict[str, Any]:
    """What every episode of this person repeats."""
    return {name: getattr(resident, name) for name in PERSON}


def dwelling_copies(dwelling: DwellingUnit) -> dict[str, Any]:
    """What every episode at this dwelling repeats."""
    return {
        "address_key": dwelling.address_key,
        "short_address": dwelling.short_address,
        "occupancy": dwelling.occupancy,
        "code_final": dwelling.code_state == DwellingUnit.CodeState.FINAL,
    }


def copy_person(resident: Resident, residence: Residence) -> None:
    """Put the person's fields onto an episode in hand."""
    for name, value in person_copies(resident).items():
        setattr(residence, name, value)
