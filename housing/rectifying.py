"""Putting places right (重点排查整治): kinds, courses and conditions. Plain Python.

A campaign looks at dwellings and places, never at a person; nobody is sent away: what is found is
put right with notice, time and help (domain §6.7, G-05). Paper: S-74, S-87, S-104, S-105, S-131.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from housing.group_rental import TITLES as CRITERIA

RULE = "rectification"
REFERRAL_RULE = "referral_deadlines"
Choices = tuple[tuple[str, str], ...]

INFORMAL_SITE, GROUP_RENTAL, INVERSION = "informal_site", "group_rental_cluster", "inversion"
AREA_KINDS: Choices = (
    ("urban_village", "城中村"), (INVERSION, "人口倒挂"), (GROUP_RENTAL, "群租集中"),
    (INFORMAL_SITE, "非正规落脚点"), ("fringe", "城乡结合部"),
)  # fmt: skip

#: Numbers of the catalogue that a key area may have a target for, with what is asked when none is.
TARGETS: Choices = (
    ("registration_rate", "登记率"), ("accuracy_rate", "准确率"), ("freshness", "鲜活度"),
    ("house_code_link", "房屋编码关联率"),
)  # fmt: skip

NOTHING, MISSING, STALE = "none", "missing", "stale"
FINDING_KINDS: Choices = (
    (NOTHING, "未发现问题"), (MISSING, "有人未登记"), (STALE, "已离开未注销"),
    *((key, f"群租 {key} {title}") for key, title in CRITERIA.items()),
    ("unsafe", "居住安全隐患"), ("illegal_use", "擅自改变用途"), ("address", "地址有误"),
    ("other", "其他"),
)  # fmt: skip
GROUP_RENTAL_KINDS = frozenset(CRITERIA)
#: Kinds of finding that the register follows: the change that a lead is told of.
LEAD_OF: dict[str, str] = {MISSING: "new", STALE: "cancel"}

SCHOOLS = frozenset({"illegal_school", "illegal_kindergarten"})
SITE_KINDS: Choices = (
    ("illegal_school", "非法办学点"), ("illegal_kindergarten", "非法办园点"),
    ("group_rental", "群租"), ("illegal_operation", "非法营运"),
    ("illegal_building", "违法建筑"), ("illegal_land_use", "违法用地"),
    ("street_stall", "无序设摊"),
)  # fmt: skip
#: Kinds of site in which people may live: how they were told and helped is said before the end.
LIVED_IN = frozenset({"group_rental", "illegal_building", "illegal_land_use"})

DEPARTMENTS: Choices = (
    ("housing", "区房管局"), ("police", "区公安分局"), ("education", "区教育局"),
    ("hrss", "区人社局"), ("market", "区市场监管局"), ("city", "区城管执法局"),
    ("planning", "区规划资源局"), ("traffic", "区交通委"), ("fire", "区消防救援支队"),
    ("civil", "区民政局"),
)  # fmt: skip
#: Which department a kind of site is for in the first place.
COMPETENT: dict[str, str] = {
    "illegal_school": "education", "illegal_kindergarten": "education", "group_rental": "housing",
    "illegal_operation": "traffic", "illegal_building": "city", "illegal_land_use": "planning",
    "street_stall": "city",
}  # fmt: skip

REFERRAL_KINDS: Choices = (
    ("employment_info", "就业信息"), ("lease_info", "租赁信息"),
    ("residence_registration", "居住登记"), ("group_rental", "群租"),
    ("illegal_school", "非法办学点"), ("illegal_kindergarten", "非法办园点"),
    ("illegal_operation", "非法营运"), ("illegal_building", "违法建筑"),
    ("illegal_land_use", "违法用地"), ("stall", "无序设摊"), ("fire_safety", "消防安全"),
    ("other", "其他"),
)  # fmt: skip
#: What of a person may be handed on, field by field. Numbers of documents never are.
PERSON_FIELDS: Choices = (
    ("name", "姓名"), ("phone", "联系电话"), ("employer", "工作单位"), ("lease", "租赁关系"),
)  # fmt: skip

Course = Mapping[str, tuple[str, ...]]
CAMPAIGN: Course = {
    "draft": ("approved",),
    "approved": ("running", "draft"),
    "running": ("rechecking",),
    "rechecking": ("closed", "running"),
    "closed": (),
}
FINDING: Course = {
    "open": ("notified", "dismissed"),
    "notified": ("rectifying", "dismissed"),
    "rectifying": ("rechecked", "rectifying"),
    "rechecked": ("closed",),
    "closed": (),
    "dismissed": (),
}
SITE: Course = {"found": ("noticed",), "noticed": ("handling",), "handling": ("closed",),
                "closed": ()}  # fmt: skip
REFERRAL: Course = {
    "sent": ("received", "returned"),
    "received": ("handling", "fed_back", "returned"),
    "handling": ("fed_back",),
    "fed_back": ("closed",),
    "closed": (),
    "returned": (),
}


def may_go(course: Course, state: str, following: str) -> bool:
    """Whether something goes from one state to the other."""
    return following in course.get(state, ())


def ended(course: Course) -> list[str]:
    """The states that nothing leaves."""
    return [state for state, following in course.items() if not following]


def title_of(choices: Iterable[tuple[str, str]], key: str) -> str:
    return dict(choices).get(key, key)
