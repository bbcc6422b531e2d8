"""Identity documents: kinds, checking of numbers, masking, age.

Plain functions without any framework; the form, the file import, the service and the interface
all call the same ones. Every refusal is an :class:`IdentityError` with one Chinese sentence that
says what is wrong and how to mend it. A sentence never holds the right check character: the
original document does.
"""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from operator import mul

#: Area code that the division table does not assign: only invented people carry it.
SYNTHETIC_REGION = "319999"

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ZEROS = sum(_WEIGHTS) * ord("0")
_CHECK_CHARACTERS = "10X98765432"
_EARLIEST_YEAR = 1890

_INVISIBLE = re.compile(r"[\s\u00ad\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+")
_EIGHTEEN = re.compile(r"[0-9]{17}[0-9X]")
_SCIENTIFIC = re.compile(r"[0-9](\.[0-9]+)?E\+?[0-9]{1,2}")
_PROVINCE_LIST = "11-15 21-23 31-37 41-46 50-54 61-65"
_PROVINCES = frozenset(
    str(code)
    for span in (part.split("-") for part in _PROVINCE_LIST.split())
    for code in range(int(span[0]), int(span[1]) + 1)
)
#: Second pair of digits inside the municipalities: districts, counties (now mostly past).
_MUNICIPAL_PARTS = {
    "11": frozenset({"01", "02"}),
    "12": frozenset({"01", "02"}),
    "31": frozenset({"01", "02"}),
    "50": frozenset({"01", "02", "03"}),
}
#: Hong Kong, Macao, Taiwan, in the numbers of their residence permits.
_HMT_REGIONS = frozenset({"810000", "820000", "830000"})


class DocumentKind(StrEnum):
    """Kind of identity document: GA/T 517 codes, and letters for kinds that it does not have."""

    CITIZEN_ID = "111"
    OFFICER = "114"
    PASSPORT = "414"
    HK_PASSPORT = "420"
    MACAO_PASSPORT = "421"
    TAIWAN_TRAVEL = "511"
    HK_MACAO_TRAVEL = "516"
    HUKOU_BOOK = "HKB"
    HMT_RESIDENCE = "HMT"
    FOREIGN_PERMANENT = "FPR"
    BIRTH_CERTIFICATE = "BIR"
    OTHER = "OTH"

    @property
    def label(self) -> str:
        """Chinese name, as shown."""
        return _KIND_TITLES[self]

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        """Code and title pairs in order, for a select."""
        return [(kind.value, kind.label) for kind in cls]

    @classmethod
    def parse(cls, text: str) -> DocumentKind:
        """What a committee writes for the kind of document.

        :raises IdentityError: when the words are not known.
        """
        words = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).upper()
        kind = _KIND_WORDS.get(words)
        if kind is None:
            raise IdentityError("kind", f"证件类型「{text.strip()}」不认识，请从列表中选择")
        return kind


_KIND_TITLES = {
    DocumentKind.CITIZEN_ID: "居民身份证",
    DocumentKind.OFFICER: "军官证",
    DocumentKind.PASSPORT: "普通护照",
    DocumentKind.HK_PASSPORT: "香港特别行政区护照",
    DocumentKind.MACAO_PASSPORT: "澳门特别行政区护照",
    DocumentKind.TAIWAN_TRAVEL: "台湾居民来往大陆通行证",
    DocumentKind.HK_MACAO_TRAVEL: "港澳居民来往内地通行证",
    DocumentKind.HUKOU_BOOK: "户口簿",
    DocumentKind.HMT_RESIDENCE: "港澳台居民居住证",
    DocumentKind.FOREIGN_PERMANENT: "外国人永久居留身份证",
    DocumentKind.BIRTH_CERTIFICATE: "出生医学证明",
    DocumentKind.OTHER: "其他证件",
}
_KIND_WORDS = {kind.value: kind for kind in DocumentKind}
_KIND_WORDS |= {kind.label: kind for kind in DocumentKind}
_KIND_WORDS |= {
    "身份证": DocumentKind.CITIZEN_ID,
    "二代身份证": DocumentKind.CITIZEN_ID,
    "公民身份证": DocumentKind.CITIZEN_ID,
    "护照": DocumentKind.PASSPORT,
    "外国护照": DocumentKind.PASSPORT,
    "香港护照": DocumentKind.HK_PASSPORT,
    "澳门护照": DocumentKind.MACAO_PASSPORT,
    "台胞证": DocumentKind.TAIWAN_TRAVEL,
    "台湾通行证": DocumentKind.TAIWAN_TRAVEL,
    "回乡证": DocumentKind.HK_MACAO_TRAVEL,
    "港澳通行证": DocumentKind.HK_MACAO_TRAVEL,
    "户口本": DocumentKind.HUKOU_BOOK,
    "居住证(港澳台)": DocumentKind.HMT_RESIDENCE,
    "港澳台居住证": DocumentKind.HMT_RESIDENCE,
    "永久居留证": DocumentKind.FOREIGN_PERMANENT,
    "外国人永久居留证": DocumentKind.FOREIGN_PERMANENT,
    "绿卡": DocumentKind.FOREIGN_PERMANENT,
    "出生证": DocumentKind.BIRTH_CERTIFICATE,
    "出生证明": DocumentKind.BIRTH_CERTIFICATE,
    "其他": DocumentKind.OTHER,
}


class IdentityError(ValueError):
    """A number that cannot be taken; `code` for programs, `message_zh` for the clerk."""

    def __init__(self, code: str, message_zh: str) -> None:
        super().__init__(message_zh)
        self.code = code
        self.message_zh = message_zh


@dataclass(frozen=True, slots=True)
class CitizenId:
    """What a citizen number says of itself. `sex` is a GB/T 2261.1 code, "1" or "2"."""

    number: str
    sex: str
    birth_date: date
    region_code: str


@dataclass(frozen=True, slots=True)
class CheckedDocument:
    """A document number in its stored form; facts are None where the number does not give them."""

    kind: DocumentKind
    number: str
    sex: str | None = None
    birth_date: date | None = None
    region_code: str | None = None


def normalise_number(text: str) -> str:
    """Half-width, upper case, without spaces and invisible characters. Judges nothing."""
    if text.isascii() and text.isalnum():
        return text.upper()
    return _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).upper()


def check_character(body: str) -> str:
    """Check character of seventeen digits, ISO 7064 MOD 11-2 (GB 11643-1999)."""
    if len(body) != len(_WEIGHTS):
        raise ValueError("the body of a number has seventeen digits")
    total = sum(map(mul, body.encode("ascii"), _WEIGHTS)) - _ZEROS
    return _CHECK_CHARACTERS[total % 11]


def lost_digits(shown: str = "") -> IdentityError:
    """The refusal for a number that came out of a numeric cell: its last digits are gone."""
    seen = f"（显示为 {shown}）" if shown else ""
    return IdentityError(
        "lost_digits",
        f"证件号被表格存成了数字{seen}，末几位已丢失。请把该列设为文本格式，对照证件重新填写",
    )


def check_citizen_id(
    text: str, *, today: date, allow_synthetic: bool, as_printed: bool = False
) -> CitizenId:
    """A citizen identity number (公民身份号码), checked in full.

    :param today: nobody is born after it.
    :param allow_synthetic: take the unassigned area code 319999 of invented people.
    :param as_printed: the document shows this very number although its check character is wrong.
    :raises IdentityError: one code and sentence per failure.
    """
    number = _eighteen(text)
    if number[:6] in _HMT_REGIONS:
        raise IdentityError(
            "hmt_number", "这是港澳台居民居住证号码，请把证件类型改为港澳台居民居住证"
        )
    if number[0] == "9":
        raise IdentityError(
            "foreign_number", "这是外国人永久居留身份证号码，请把证件类型改为外国人永久居留身份证"
        )
    region = number[:6]
    if not _is_region(region) and not (allow_synthetic and region == SYNTHETIC_REGION):
        raise IdentityError("region", "行政区划代码不存在，请核对证件号前 6 位")
    birth = _birth(number[6:14], today)
    if not as_printed:
        _check_last(number)
    return CitizenId(number, _sex(number), birth, region)


def upgrade_old_number(text: str, *, today: date, allow_synthetic: bool) -> CitizenId:
    """The 18-character form of a 15-digit number of the first generation.

    Only for ledgers taken over from before; the holder is to be asked for the present number.

    :raises IdentityError: when it is no such number.
    """
    number = normalise_number(text)
    if not (len(number) == 15 and number.isascii() and number.isdigit()):
        raise IdentityError("old_number", "旧身份证号应为 15 位数字，请核对证件原件")
    body = f"{number[:6]}19{number[6:]}"
    return check_citizen_id(
        body + check_character(body), today=today, allow_synthetic=allow_synthetic
    )


def check_document(
    kind: DocumentKind, text: str, *, today: date, allow_synthetic: bool, as_printed: bool = False
) -> CheckedDocument:
    """A number of a known kind of document, in its stored form.

    :raises IdentityError: when the number does not fit the kind.
    """
    if kind is DocumentKind.CITIZEN_ID:
        citizen = check_citizen_id(
            text, today=today, allow_synthetic=allow_synthetic, as_printed=as_printed
        )
        return CheckedDocument(
            kind, citizen.number, citizen.sex, citizen.birth_date, citizen.region_code
        )
    if kind is DocumentKind.HMT_RESIDENCE:
        return _hmt_residence(text, today)
    if kind is DocumentKind.FOREIGN_PERMANENT:
        return _foreign_permanent(text, today)
    pattern, message = _FORMS[kind]
    number = normalise_number(text)
    if not number:
        raise IdentityError("missing", "证件号未填写")
    if not pattern.fullmatch(number):
        raise IdentityError("form", message)
    return CheckedDocument(kind, number)


def kind_of_number(text: str) -> DocumentKind | None:
    """The kind of document that a number's shape gives away; None when several fit."""
    number = normalise_number(text)
    if _EIGHTEEN.fullmatch(number):
        if number[:6] in _HMT_REGIONS:
            return DocumentKind.HMT_RESIDENCE
        return DocumentKind.FOREIGN_PERMANENT if number[0] == "9" else DocumentKind.CITIZEN_ID
    for pattern, kind in _SHAPES:
        if pattern.fullmatch(number):
            return kind
    return None


def _eighteen(text: str) -> str:
    """The number when it has seventeen digits and a digit or X, whatever they say."""
    number = normalise_number(text)
    if _EIGHTEEN.fullmatch(number):
        return number
    if not number:
        raise IdentityError("missing", "证件号未填写")
    if _SCIENTIFIC.fullmatch(number):
        raise lost_digits(number)
    length = len(number)
    if length < 18:
        raise IdentityError("length", f"证件号应为 18 位，还差 {18 - length} 位")
    if length > 18:
        raise IdentityError("length", f"证件号应为 18 位，多了 {length - 18} 位")
    raise IdentityError("characters", "证件号只能是数字，末位可为字母 X")


def _is_region(region: str) -> bool:
    """Whether GB/T 2260 can hold the area code, past ones included."""
    province, part = region[:2], region[2:4]
    if province not in _PROVINCES:
        return False
    parts = _MUNICIPAL_PARTS.get(province)
    if parts is not None:
        return part in parts and region[4:] != "00"
    return "01" <= part <= "70" or part == "90"


def _birth(digits: str, today: date) -> date:
    """Date in eight digits.

    :raises IdentityError: impossible, too early or in the future.
    """
    year, month, day = int(digits[:4]), int(digits[4:6]), int(digits[6:])
    if year < _EARLIEST_YEAR:
        raise IdentityError("birth_year", f"证件号中的出生年份 {digits[:4]} 过早，请核对证件原件")
    if not 1 <= month <= 12:
        raise IdentityError("birth_date", f"证件号中的出生月份 {digits[4:6]} 不存在")
    if day == 0 or day > monthrange(year, month)[1]:
        raise IdentityError("birth_date", _no_such_day(year, month, day))
    birth = date(year, month, day)
    if birth > today:
        raise IdentityError("birth_future", f"证件号中的出生日期 {birth} 晚于今天")
    return birth


def _no_such_day(year: int, month: int, day: int) -> str:
    if month == 2 and day == 29:
        return f"证件号中的出生日期有误：{year} 年 2 月没有 29 日"
    return f"证件号中的出生日期有误：{month} 月没有 {day} 日"


def _check_last(number: str) -> None:
    if check_character(number[:17]) != number[17]:
        raise IdentityError("check_character", "末位校验码不符，请核对证件原件")


def _sex(number: str) -> str:
    return "1" if int(number[16]) % 2 else "2"


def _hmt_residence(text: str, today: date) -> CheckedDocument:
    """Residence permit of Hong Kong, Macao and Taiwan residents: 810000, 820000, 830000."""
    number = _eighteen(text)
    if number[:6] not in _HMT_REGIONS:
        raise IdentityError("region", "港澳台居民居住证号应以 810000、820000 或 830000 开头")
    birth = _birth(number[6:14], today)
    _check_last(number)
    return CheckedDocument(DocumentKind.HMT_RESIDENCE, number, _sex(number), birth, number[:6])


def _foreign_permanent(text: str, today: date) -> CheckedDocument:
    """Foreigner's permanent-resident ID: 15 characters (2017 form) or 18 (from 2023-12-01)."""
    number = normalise_number(text)
    if _OLD_FOREIGN.fullmatch(number):
        return CheckedDocument(DocumentKind.FOREIGN_PERMANENT, number)
    if len(number) == 15:
        raise IdentityError("form", "15 位的外国人永久居留身份证号应为 3 位字母加 12 位数字")
    number = _eighteen(number)
    if number[0] != "9":
        raise IdentityError("region", "18 位的外国人永久居留身份证号应以 9 开头")
    birth = _birth(number[6:14], today)
    _check_last(number)
    return CheckedDocument(DocumentKind.FOREIGN_PERMANENT, number, _sex(number), birth)


_OLD_FOREIGN = re.compile(r"[A-Z]{3}[0-9]{12}")
_HK_MACAO_FORM = re.compile(r"[HM][0-9]{8}(?:[0-9]{2})?")
_TAIWAN_FORM = re.compile(r"[0-9]{8}")
_PASSPORT_FORM = re.compile(r"[A-Z0-9]{5,17}")
_FREE_FORM = re.compile(r"[0-9A-Z\u4e00-\u9fff()第号字-]{2,40}")
_PASSPORT_TEXT = "护照号应为 5 至 17 位字母或数字"
_FREE_TEXT = "证件号应为 2 至 40 位字母、数字或汉字"
_FORMS = {
    DocumentKind.OFFICER: (_FREE_FORM, _FREE_TEXT),
    DocumentKind.PASSPORT: (_PASSPORT_FORM, _PASSPORT_TEXT),
    DocumentKind.HK_PASSPORT: (_PASSPORT_FORM, _PASSPORT_TEXT),
    DocumentKind.MACAO_PASSPORT: (_PASSPORT_FORM, _PASSPORT_TEXT),
    DocumentKind.TAIWAN_TRAVEL: (_TAIWAN_FORM, "台湾居民来往大陆通行证号应为 8 位数字"),
    DocumentKind.HK_MACAO_TRAVEL: (
        _HK_MACAO_FORM,
        "港澳居民来往内地通行证号应为 H 或 M 加 8 位数字（旧证 10 位）",
    ),
    DocumentKind.HUKOU_BOOK: (_FREE_FORM, _FREE_TEXT),
    DocumentKind.BIRTH_CERTIFICATE: (
        re.compile(r"[A-Z][0-9]{9}"),
        "出生医学证明编号应为 1 位字母加 9 位数字",
    ),
    DocumentKind.OTHER: (_FREE_FORM, _FREE_TEXT),
}
_SHAPES = (
    (_OLD_FOREIGN, DocumentKind.FOREIGN_PERMANENT),
    (_HK_MACAO_FORM, DocumentKind.HK_MACAO_TRAVEL),
    (_TAIWAN_FORM, DocumentKind.TAIWAN_TRAVEL),
    (re.compile(r"[EGDSP][A-Z]?[0-9]{7,8}"), DocumentKind.PASSPORT),
)


def mask_id(number: str) -> str:
    """An identity number as pages show it: `3412**********5021`.

    Eighteen characters keep the first and last four, so the birth date stays hidden; others
    keep at most the first one and the last three.
    """
    length = len(number)
    if length == 18:
        return f"{number[:4]}**********{number[14:]}"
    if length <= 4:
        return "*" * length
    if length <= 7:
        return "*" * (length - 2) + number[-2:]
    return f"{number[0]}{'*' * (length - 4)}{number[-3:]}"


def mask_phone(phone: str) -> str:
    """A telephone number as pages show it: `138****2671`; a landline keeps its last three."""
    length = len(phone)
    if length == 11 and phone[0] == "1":
        return f"{phone[:3]}****{phone[7:]}"
    if length <= 4:
        return "*" * length
    return "*" * (length - 3) + phone[-3:]


def mask_birth(birth: date | None) -> str:
    """The year alone, `1986-**-**`: a full date beside a masked number would rebuild it."""
    return "—" if birth is None else f"{birth.year:04d}-**-**"


def mask_name(name: str) -> str:
    """The surname, or the first letter, and stars: `王**`, `欧阳*`, `J**`."""
    if not name:
        return ""
    kept = 2 if len(name) > 2 and name[:2] in COMPOUND_SURNAMES else 1
    return name[:kept] + "*" * min(2, len(name) - kept)


def tail4(number: str) -> str:
    """The last four characters, by which two records are told apart; never of a short number."""
    return number[-4:] if len(number) >= 8 else ""


def age_on(birth: date, day: date) -> int:
    """Full years of age on a day, negative before birth.

    Born on 29 February: in a common year the year is completed on 28 February, the last day of
    the month standing in for a missing one (民法典 art. 202).
    """
    years = day.year - birth.year
    reached = (birth.month, min(birth.day, monthrange(day.year, birth.month)[1]))
    return years if (day.month, day.day) >= reached else years - 1


_SURNAME_LIST = (
    "欧阳 太史 端木 上官 司马 东方 独孤 南宫 万俟 闻人 夏侯 诸葛 尉迟 公羊 赫连 澹台 皇甫"
    " 宗政 濮阳 公冶 太叔 申屠 公孙 慕容 仲孙 钟离 长孙 宇文 司徒 鲜于 司空 闾丘 子车 亓官"
    " 司寇 巫马 公西 颛孙 壤驷 公良 漆雕 乐正 宰父 谷梁 拓跋 夹谷 轩辕 令狐 段干 百里 呼延"
    " 东郭 南门 羊舌 微生 梁丘 左丘 东门 西门 南荣 第五 单于 淳于 贺兰 即墨 达奚 褚师"
)
#: Surnames of two characters, kept whole when a name is masked and read as one in pinyin.
COMPOUND_SURNAMES = frozenset(_SURNAME_LIST.split())
