"""What a population category says of somebody, in words for their page. Plain Python.

Definitions are those of domain §2.7. Who lives away from their hukou (人户分离) is told what the
registration of it is good for (domain §2.6): services go by where somebody lives.

Paper: S-107, S-109, S-110.
"""

from __future__ import annotations

from residents.categories import PopulationCategory

_DEFINED = {
    PopulationCategory.HUKOU_CONSISTENT: "户籍在本居（村）委，人也住在这里",
    PopulationCategory.HUKOU_ELSEWHERE_LOCAL: "本市户籍在别的居（村）委，人住在这里",
    PopulationCategory.HUKOU_ABSENT: "户籍在本居（村）委，人住在别处",
    PopulationCategory.NONLOCAL_RESIDENT: "外省市户籍，住在这里",
    PopulationCategory.HMT_RESIDENT: "港澳台居民，住在这里",
    PopulationCategory.FOREIGN_RESIDENT: "外国人或无国籍人，住在这里",
    PopulationCategory.HUKOU_PENDING: "住在这里，户口还没有登记在任何地方",
}
_BY_THE_RECEIPT = (
    "可到任一社区事务受理服务中心办理人户分离居住登记；"
    "凭登记回执在居住地享受服务，如子女入学（每年有截止日期）"
)
_ENTITLED = {
    PopulationCategory.HUKOU_ELSEWHERE_LOCAL: f"本人{_BY_THE_RECEIPT}",
    PopulationCategory.HUKOU_ABSENT: f"住在本市别处的，{_BY_THE_RECEIPT}",
}


def meaning_of(category: str) -> str:
    """What a category (a code of 人口类别) says, the counts it stands in, what may be asked for."""
    found = PopulationCategory(int(category))
    actual = "计入" if found.counts_as_actual else "不计入"
    registered = "计入" if found.counts_as_registered else "不计入"
    said = f"{_DEFINED[found]}；{actual}实有人口，{registered}户籍人口"
    return f"{said}。{_ENTITLED[found]}" if found in _ENTITLED else said
