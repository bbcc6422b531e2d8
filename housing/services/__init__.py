"""The only writers of housing; each function is one act in one transaction (D-7)."""

from housing.services.bulk import (
    DwellingChange,
    Entered,
    change_dwellings,
    register_dwellings,
    withdraw_dwellings,
)
from housing.services.changing import (
    EDITABLE,
    OccupancyCounters,
    record_occupancy,
    set_occupancy_counters,
    update_dwelling,
)
from housing.services.code_requests import (
    CodeAsk,
    ask_building_codes,
    ask_code_event,
    decide_code_request,
    withdraw_code_request,
)
from housing.services.determining import Finding, determine_legality, note_objection
from housing.services.errors import (
    HousingError,
    StaleVersion,
    UnableToCode,
    UnableToDetermine,
    UnableToLease,
    UnableToRegister,
    UnableToUpdate,
)
from housing.services.frame import BUILDING_FACTS, door_of, ensure_buildings, update_building
from housing.services.house_codes import read_final_code
from housing.services.leasing import (
    TERMS,
    change_lease,
    end_lease,
    file_lease,
    register_lease,
    renew_lease,
    void_lease,
)
from housing.services.making import NewDwelling
from housing.services.registering import (
    add_rooms,
    read_door,
    register_building,
    register_dwelling,
)
from housing.services.rental import (
    RentalVisit,
    decide_group_rental,
    store_rental_test,
    visitors_at,
)
from housing.services.rooming import RoomTold, UnfitRoom, save_rooms

__all__ = [
    "BUILDING_FACTS",
    "EDITABLE",
    "CodeAsk",
    "DwellingChange",
    "Entered",
    "Finding",
    "HousingError",
    "NewDwelling",
    "RentalVisit",
    "RoomTold",
    "OccupancyCounters",
    "TERMS",
    "StaleVersion",
    "UnableToCode",
    "UnableToDetermine",
    "UnableToLease",
    "UnableToRegister",
    "UnableToUpdate",
    "UnfitRoom",
    "add_rooms",
    "ask_building_codes",
    "ask_code_event",
    "change_dwellings",
    "change_lease",
    "decide_code_request",
    "decide_group_rental",
    "determine_legality",
    "door_of",
    "end_lease",
    "ensure_buildings",
    "file_lease",
    "note_objection",
    "read_door",
    "read_final_code",
    "record_occupancy",
    "register_building",
    "register_dwelling",
    "register_dwellings",
    "register_lease",
    "renew_lease",
    "save_rooms",
    "set_occupancy_counters",
    "store_rental_test",
    "update_building",
    "update_dwelling",
    "visitors_at",
    "void_lease",
    "withdraw_code_request",
    "withdraw_dwellings",
]
