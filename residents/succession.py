"""What becomes of a relation to the head of a household when somebody else becomes its head.

A proposal, never a decision: where kinship does not tell, the answer is blank and the clerk asks.
Codes are those of GB/T 4761.
"""

from enum import Enum

from residents.kinship import CHILD, GRANDCHILD, HEAD, SPOUSE, STRANGER


class Kin(Enum):
    """What the codes come to."""

    HEAD = "head"
    SPOUSE = "spouse"
    CHILD = "child"
    CHILD_IN_LAW = "child's spouse"
    GRANDCHILD = "grandchild"
    PARENT = "parent"
    PARENT_IN_LAW = "spouse's parent"
    GRANDPARENT = "grandparent"
    SIBLING = "sibling"
    RELATIVE = "other relative"
    NONE = "not related"


_KIN = {
    code: kin
    for kin, codes in {
        Kin.HEAD: HEAD,
        Kin.SPOUSE: SPOUSE,
        Kin.CHILD: CHILD,
        Kin.CHILD_IN_LAW: ("28", "38"),
        Kin.GRANDCHILD: GRANDCHILD,
        Kin.PARENT: ("50", "51", "52", "57", "58", "59"),
        Kin.PARENT_IN_LAW: ("53", "54", "55", "56"),
        Kin.GRANDPARENT: ("60", "61", "62", "63", "64"),
        Kin.SIBLING: ("70", "71", "73", "75", "77", "79"),
        Kin.NONE: (STRANGER,),
    }.items()
    for code in codes
}
#: By what the new head was to the old one: what each other member becomes.
_BECOMES = {
    Kin.SPOUSE: {
        Kin.HEAD: Kin.SPOUSE, Kin.CHILD: Kin.CHILD, Kin.CHILD_IN_LAW: Kin.CHILD_IN_LAW,
        Kin.GRANDCHILD: Kin.GRANDCHILD, Kin.PARENT: Kin.PARENT_IN_LAW,
        Kin.PARENT_IN_LAW: Kin.PARENT,
    },
    Kin.CHILD: {
        Kin.HEAD: Kin.PARENT, Kin.SPOUSE: Kin.PARENT, Kin.CHILD: Kin.SIBLING,
        Kin.PARENT: Kin.GRANDPARENT, Kin.PARENT_IN_LAW: Kin.GRANDPARENT,
        Kin.SIBLING: Kin.RELATIVE,
    },
    Kin.CHILD_IN_LAW: {Kin.HEAD: Kin.PARENT_IN_LAW, Kin.SPOUSE: Kin.PARENT_IN_LAW},
    Kin.GRANDCHILD: {Kin.HEAD: Kin.GRANDPARENT, Kin.SPOUSE: Kin.GRANDPARENT},
    Kin.PARENT: {
        Kin.HEAD: Kin.CHILD, Kin.SPOUSE: Kin.CHILD_IN_LAW, Kin.CHILD: Kin.GRANDCHILD,
        Kin.PARENT: Kin.SPOUSE, Kin.SIBLING: Kin.CHILD,
    },
    Kin.PARENT_IN_LAW: {
        Kin.HEAD: Kin.CHILD_IN_LAW, Kin.SPOUSE: Kin.CHILD, Kin.CHILD: Kin.GRANDCHILD,
        Kin.PARENT_IN_LAW: Kin.SPOUSE,
    },
    Kin.GRANDPARENT: {Kin.HEAD: Kin.GRANDCHILD, Kin.SIBLING: Kin.GRANDCHILD},
    Kin.SIBLING: {
        Kin.HEAD: Kin.SIBLING, Kin.SIBLING: Kin.SIBLING, Kin.PARENT: Kin.PARENT,
        Kin.GRANDPARENT: Kin.GRANDPARENT, Kin.CHILD: Kin.RELATIVE,
    },
    Kin.RELATIVE: {Kin.HEAD: Kin.RELATIVE},
    Kin.NONE: dict.fromkeys(Kin, Kin.NONE),
}  # fmt: skip
_MALE, _FEMALE = "1", "2"
#: Codes by kin: man, woman, not known.
_CODES = {
    Kin.SPOUSE: ("11", "12", "10"),
    Kin.CHILD: ("20", "30", ""),
    Kin.CHILD_IN_LAW: ("28", "38", ""),
    Kin.GRANDCHILD: ("40", "40", "40"),
    Kin.PARENT: ("51", "52", "50"),
    Kin.GRANDPARENT: ("60", "60", "60"),
    Kin.SIBLING: ("70", "70", "70"),
    Kin.RELATIVE: ("97", "97", "97"),
    Kin.NONE: ("99", "99", "99"),
}
_PARENTS_IN_LAW = {(_FEMALE, _MALE): "53", (_FEMALE, _FEMALE): "54", (_MALE, _MALE): "55",
                   (_MALE, _FEMALE): "56"}  # fmt: skip


def proposed_relation(*, head_was: str, head_sex: str, was: str, sex: str) -> str:
    """The relation of a member to the new head; blank where it has to be asked.

    :param head_was: what the new head was to the old one
    :param was: what the member was to the old one
    """
    kin, member = _kin_of(head_was), _kin_of(was)
    if kin is Kin.HEAD:
        return was
    if member is Kin.NONE:
        return _CODES[Kin.NONE][0]
    becomes = _BECOMES[kin].get(member) if kin and member else None
    if becomes is Kin.PARENT_IN_LAW:
        return _PARENTS_IN_LAW.get((head_sex, sex), "")
    return _code(becomes, sex) if becomes else ""


def _kin_of(code: str) -> Kin | None:
    if not code:
        return None
    return _KIN.get(code, Kin.RELATIVE)


def _code(kin: Kin, sex: str) -> str:
    man, woman, unknown = _CODES[kin]
    return {_MALE: man, _FEMALE: woman}.get(sex, unknown)
