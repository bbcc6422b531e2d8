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
from housing.services.errors import (
    HousingError,
    StaleVersion,
    UnableToCode,
    UnableToRegister,
    UnableToUpdate,
)
from housing.services.frame import door_of, ensure_buildings
from housing.services.house_codes import (
    assign_building_codes,
    assign_house_code,
    correct_house_code,
    read_final_code,
)
from housing.services.making import NewDwelling
from housing.services.registering import add_rooms, register_building, register_dwelling

__all__ = [
    "EDITABLE",
    "DwellingChange",
    "Entered",
    "HousingError",
    "NewDwelling",
    "OccupancyCounters",
    "StaleVersion",
    "UnableToCode",
    "UnableToRegister",
    "UnableToUpdate",
    "add_rooms",
    "assign_building_codes",
    "assign_house_code",
    "change_dwellings",
    "correct_house_code",
    "door_of",
    "ensure_buildings",
    "read_final_code",
    "record_occupancy",
    "register_building",
    "register_dwelling",
    "register_dwellings",
    "set_occupancy_counters",
    "update_dwelling",
    "withdraw_dwellings",
]
