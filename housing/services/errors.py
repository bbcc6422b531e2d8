"""What keeps an act on housing from being done, with a sentence for the user."""

from datetime import datetime
from typing import Any

from portal.jobs.refusals import Refusal


class HousingError(Refusal):
    """What housing refuses."""


class UnableToRegister(HousingError):
    """The building or dwelling cannot be entered."""


class UnableToUpdate(HousingError):
    """The change cannot be made."""


class UnableToCode(HousingError):
    """The house code cannot be given or corrected."""


class UnableToLease(HousingError):
    """The lease cannot be registered, changed or ended so."""


class UnableToDetermine(HousingError):
    """The finding cannot be written so."""


class UnableToRectify(HousingError):
    """The area, campaign, finding, site or referral cannot go on so.

    The sentence itself says which row and what it lacks.
    """


class StaleVersion(HousingError):
    """Somebody saved the record meanwhile.

    `mine` are the values that were to be saved, `theirs` those that stand now, for the fields in
    which both differ; `version` is the one to save on top of.
    """

    def __init__(
        self,
        *,
        mine: dict[str, Any],
        theirs: dict[str, Any],
        version: int,
        changed_by: str,
        changed_at: datetime,
    ) -> None:
        super().__init__("同事刚改过这一条，请逐项选择后保存")
        self.mine = mine
        self.theirs = theirs
        self.version = version
        self.changed_by = changed_by
        self.changed_at = changed_at


#: Sentences for the constraints that users can run into, by the constraint's name.
SENTENCES = {
    "housing_room_once_per_building": ("这一幢已有该室号", "room_no"),
    "housing_dwellingunit_address": ("这一幢已有该室号", "room_no"),
    "housing_code_once": ("该房屋编码已用于另一套房屋", "house_code"),
    "housing_code_given_once": ("该房屋编码用过，停用的编码也不再使用", "house_code"),
    "housing_one_code_request_waits": ("这套房屋已有编码申请在办，先办完或撤回", ""),
    "housing_one_building_request_waits": ("这幢楼已有按幢赋码申请在办，先办完或撤回", ""),
    "housing_building_once_per_plate": ("该门牌下已有这一幢", "address"),
    "housing_area_plausible": ("建筑面积应大于 0、不超过 2000 m²", "floor_area"),
    "housing_rooms_plausible": ("居室数应不超过 20", "design_rooms"),
    "housing_area_name_once": ("本街道已有同名的重点区域", "name"),
    "housing_referral_number_once": ("本街道已有这个文号", "number"),
    "housing_estate_name_once": ("本居（村）委已有同名小区", "name"),
    "housing_estate_built_in_order": ("止年不早于起年，只写一年的写在起年", "built_to"),
    "housing_building_storeys_plausible": ("层数应在 1 到 150 之间", "storeys"),
}
ELSEWHERE = "该门牌不能登记在本居委，请联系街道核对门牌归属"


def sentence_of(error: Exception) -> tuple[str, str]:
    """The sentence and field for a refusal of the database."""
    text = str(error)
    for name, found in SENTENCES.items():
        if name in text:
            return found
    return "未能保存，请核对后重试", ""
