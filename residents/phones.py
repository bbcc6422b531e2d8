"""Telephone numbers (V-PHONE): mobile numbers and landlines with their area code."""

from __future__ import annotations

import re
import unicodedata

_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_LANDLINE = re.compile(r"(0[0-9]{2,3})-?([0-9]{7,8})")
_SHANGHAI_LOCAL = re.compile(r"[2-9][0-9]{7}")
_SEPARATORS = re.compile(r"[\s\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff.()]+")
_DASHES = re.compile(r"[\u2010-\u2015\u2212\u30fc]")
_COUNTRY = re.compile(r"^(?:\+|00)?86-?(?=1[3-9][0-9]{9}$)")
_INNER_DASH = re.compile(r"(?<=[0-9])-(?=[0-9])")


class PhoneProblem(ValueError):
    """A telephone number that cannot be taken; `message_zh` for the clerk."""

    def __init__(self, code: str, message_zh: str) -> None:
        super().__init__(message_zh)
        self.code = code
        self.message_zh = message_zh


def normalise_phone(text: str) -> str:
    """The stored form: eleven digits of a mobile, or `021-62345678` of a landline.

    Eight digits without an area code are a Shanghai landline.

    :raises PhoneProblem: missing, of another length, or no such number.
    """
    if _MOBILE.fullmatch(text):
        return text if text.isascii() else unicodedata.normalize("NFKC", text)
    phone = _SEPARATORS.sub("", _DASHES.sub("-", unicodedata.normalize("NFKC", text)))
    phone = _COUNTRY.sub("", phone)
    if not phone:
        raise PhoneProblem("missing", "联系电话未填写")
    if phone[0] == "0":
        return _landline(phone)
    digits = _INNER_DASH.sub("", phone)
    if _MOBILE.fullmatch(digits):
        return digits
    if _SHANGHAI_LOCAL.fullmatch(digits):
        return f"021-{digits}"
    raise _why_not(digits)


def _landline(phone: str) -> str:
    found = _LANDLINE.fullmatch(phone)
    if not found:
        raise PhoneProblem("landline", "固定电话应为区号加 7 至 8 位号码，如 021-62345678")
    area, local = found.groups()
    if "-" not in phone and area[1] in "12":  # 010 and 02x have three digits
        area, local = phone[:3], phone[3:]
        if len(local) not in (7, 8):
            raise PhoneProblem("landline", "固定电话应为区号加 7 至 8 位号码，如 021-62345678")
    return f"{area}-{local}"


def _why_not(digits: str) -> PhoneProblem:
    if not (digits.isascii() and digits.isdigit()):
        return PhoneProblem("characters", "联系电话只能有数字，一格只填一个号码")
    length = len(digits)
    if length < 11:
        return PhoneProblem("length", f"手机号应为 11 位，还差 {11 - length} 位")
    if length > 11:
        return PhoneProblem("length", f"手机号应为 11 位，多了 {length - 11} 位")
    return PhoneProblem("prefix", "手机号应以 13 至 19 开头，请核对")
