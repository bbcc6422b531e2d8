"""Lock files: complete, hashed, at safe versions, and without any host's name (docs/adr/0013)."""

import json
import re
import tomllib
from datetime import timedelta

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from scripts import supply_chain
from scripts.supply_chain import locked
from tests.architecture.source import ROOT

LOCKS = ("requirements.txt", "requirements-dev.txt", "requirements-node.txt")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
FLOORS = supply_chain.SECURITY["floors"]


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_is_pinned_and_hashed(lock: str) -> None:
    entries = re.split(r"\n(?=[a-z0-9])", (ROOT / lock).read_text(encoding="utf-8").strip())
    assert entries
    for entry in entries:
        first = entry.splitlines()[0]
        assert re.match(r"[a-z0-9._-]+==\S+", first), first
        assert "--hash=sha256:" in entry, first
    assert "://" not in "".join(entries)


@pytest.mark.parametrize(
    ("lock", "asked"),
    [
        ("requirements.txt", PROJECT["dependencies"]),
        (
            "requirements-dev.txt",
            PROJECT["dependencies"] + PROJECT["optional-dependencies"]["dev"],
        ),
    ],
)
def test_the_lock_answers_what_the_project_asks_for(lock: str, asked: list[str]) -> None:
    versions = locked(lock)
    for line in asked:
        requirement = Requirement(line)
        version = versions.get(canonicalize_name(requirement.name))
        assert version, f"{requirement.name} is not in {lock}: make lock"
        assert requirement.specifier.contains(version, prereleases=True), (line, version)


def test_both_locks_agree() -> None:
    development = locked("requirements-dev.txt")
    for package, version in locked("requirements.txt").items():
        assert development.get(package) == version, package


@pytest.mark.parametrize("lock", ["requirements.txt", "requirements-dev.txt"])
def test_no_package_falls_below_its_safe_version(lock: str) -> None:
    assert supply_chain.below_floors(locked(lock)) == []


@pytest.mark.parametrize("package", FLOORS)
def test_a_package_below_its_floor_is_found_with_the_reason(package: str) -> None:
    found = supply_chain.below_floors({package: Version("0.1")})
    assert found
    assert FLOORS[package]["why"] in found[0]


def test_a_missed_patch_of_the_own_series_is_found_and_another_series_is_not() -> None:
    offered = [Version(text) for text in ("5.2.18", "5.2.19", "5.3rc1", "6.0", "5.2.20rc1")]
    assert supply_chain.newest_of_series(Version("5.2.18"), offered) == Version("5.2.19")
    assert supply_chain.newest_of_series(Version("5.2.19"), offered) == Version("5.2.19")


def test_advisories_are_read_within_sixty_days() -> None:
    read = supply_chain.SECURITY["reviewed"]
    assert supply_chain.review(read + timedelta(days=31))[1] is True
    assert supply_chain.review(read + timedelta(days=61))[1] is False


def test_front_end_packages_are_exact_and_checked_by_hash() -> None:
    asked = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
    versions = asked["dependencies"] | asked["devDependencies"]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in versions.values())
    packages = {path: entry for path, entry in lock["packages"].items() if path}
    for path, entry in packages.items():
        assert entry["integrity"].startswith("sha512-"), path
        assert "resolved" not in entry, path
    for package, version in versions.items():
        assert packages[f"node_modules/{package}"]["version"] == version
