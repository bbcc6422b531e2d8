"""Materials that an application needs, by its reason (domain §2.3, §2.4). Plain Python.

Paper: S-89.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Material:
    """A kind of evidence: what it is called and what is asked of it."""

    key: str
    title: str
    asked: str


MATERIALS: dict[str, Material] = {
    material.key: material
    for material in (
        Material("document", "居民身份证", "原件，复印件 1 份"),
        Material("form", "居住证申领表", "本人签名"),
        Material("dwelling", "住所证明", "产权证、租赁登记或单位证明，有效期内"),
        Material("employment", "劳动合同", "剩余期限不少于 6 个月"),
        Material("insurance", "社会保险缴费记录", "连续 6 个月"),
        Material("study", "连续就读证明", "学校出具"),
        Material("kinship", "亲属关系证明", "户口簿、结婚证或出生证明"),
        Material("photo", "近期照片", "电子照片"),
    )
}
REASONS: dict[str, str] = {
    "employment": "务工就业",
    "family": "投靠亲属",
    "study": "学习",
    "training": "进修培训",
    "other": "其他",
}
_ALWAYS = ("document", "form", "dwelling", "photo")
_FOR_REASON: dict[str, tuple[str, ...]] = {
    "employment": ("employment", "insurance"),
    "family": ("kinship",),
    "study": ("study",),
    "training": ("study",),
    "other": (),
}


def needed_for(reason: str) -> list[Material]:
    """The materials of an application with this reason, in the order of the register's list."""
    wanted = {*_ALWAYS, *_FOR_REASON[reason]}
    return [material for key, material in MATERIALS.items() if key in wanted]
