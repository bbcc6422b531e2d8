"""The table of roles is complete and keeps its promises (docs/adr/0002)."""

import re
from typing import get_args

from portal.orgs.capabilities import TITLES, Capability
from portal.orgs.roles import ROLES
from portal.orgs.scope import Level
from tests.architecture.source import PACKAGES, dotted, name, python_files, tree

REGISTER = {
    Capability.VIEW_REGISTER,
    Capability.EDIT_RESIDENTS,
    Capability.VERIFY,
    Capability.EDIT_HOUSING,
    Capability.REVEAL_IDENTITY,
    Capability.IMPORT_FILES,
    Capability.EXPORT_MASKED,
    Capability.VIEW_PERMITS,
}
ADMINISTRATORS = ("system_admin", "security_admin", "district_auditor")


def test_every_capability_is_granted_by_some_role() -> None:
    granted = {capability for role in ROLES.values() for capability in role.capabilities}
    assert not set(Capability) - granted


def test_every_capability_has_a_title_that_finishes_a_refusal() -> None:
    assert set(TITLES) == set(Capability)
    assert all(TITLES.values())


def test_keys_are_short_and_stable_in_form() -> None:
    keys = [*(str(capability) for capability in Capability), *ROLES]
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)*", key) and len(key) <= 32 for key in keys)


def test_every_role_stands_on_a_level_and_can_be_checked_by_a_manager() -> None:
    for key, role in ROLES.items():
        assert role.key == key
        assert role.level in get_args(Level)
        assert role.title
        assert role.description.endswith("。")


def test_the_three_administrators_are_apart_and_see_no_resident() -> None:
    held = {key: ROLES[key].capabilities for key in ADMINISTRATORS}
    for key, capabilities in held.items():
        assert not capabilities & REGISTER, key
    assert Capability.VIEW_AUDIT not in held["security_admin"] | held["system_admin"]
    assert Capability.MANAGE_ACCOUNTS not in held["district_auditor"] | held["system_admin"]


def test_every_capability_is_asked_for_somewhere() -> None:
    """A capability that nothing asks for is a promise on a role's page that is not kept."""
    import ast

    table = {"portal/orgs/capabilities.py", "portal/orgs/roles.py"}
    asked = {
        node.attr
        for path in python_files(*PACKAGES)
        if name(path) not in table
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute)
        and dotted(node.value).split(".")[-1] in {"Capability", "C"}
    }
    assert not {capability.name for capability in Capability} - asked
