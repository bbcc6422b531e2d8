"""The only writers of the population register; each function is one act (D-7)."""

from residents.services.changing import (
    Change,
    change_people,
    compare,
    diff_shown,
    known_of,
    remember_elsewhere,
    shown,
    update_resident,
    version_of,
)
from residents.services.counters import refresh_dwellings
from residents.services.enrolment import Newcomer, Visit, enrol
from residents.services.errors import (
    Conflict,
    FoundElsewhere,
    QuotaUsedUp,
    RowProblem,
    StaleVersion,
    UnableToDeregister,
    UnableToMove,
    UnableToRegister,
    UnableToReveal,
    UnableToSave,
    UnableToUpdate,
    UnableToVerify,
)
from residents.services.finding import Found, elsewhere_problems, find_holders
from residents.services.following import dwellings_changed
from residents.services.household import Leaving, Saved, Told, save_household
from residents.services.moving import deregister, move_resident
from residents.services.registering import register_resident
from residents.services.revealing import PURPOSES, Revealed, reveal, reveals_today
from residents.services.sealing import (
    Bare,
    bare_document,
    bare_phone,
    document_index,
    document_indexes,
    phone_index,
    phone_indexes,
)
from residents.services.visiting import record_visit, verify_dwelling

__all__ = [
    "PURPOSES",
    "Bare",
    "Change",
    "Conflict",
    "Found",
    "FoundElsewhere",
    "Leaving",
    "Newcomer",
    "QuotaUsedUp",
    "Revealed",
    "RowProblem",
    "Saved",
    "StaleVersion",
    "Told",
    "UnableToDeregister",
    "UnableToMove",
    "UnableToRegister",
    "UnableToReveal",
    "UnableToSave",
    "UnableToUpdate",
    "UnableToVerify",
    "Visit",
    "change_people",
    "compare",
    "bare_document",
    "bare_phone",
    "deregister",
    "diff_shown",
    "document_index",
    "document_indexes",
    "dwellings_changed",
    "elsewhere_problems",
    "enrol",
    "find_holders",
    "known_of",
    "move_resident",
    "phone_index",
    "phone_indexes",
    "record_visit",
    "refresh_dwellings",
    "register_resident",
    "remember_elsewhere",
    "reveal",
    "reveals_today",
    "save_household",
    "shown",
    "update_resident",
    "verify_dwelling",
    "version_of",
]
