"""Lock files: complete, hashed, at safe versions, and without any host's name (docs/adr/0013)."""

import json
import re
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.architecture.source import ROOT

LOCKS = ("requirements.txt", "requirements-dev.txt", "requirements-node.txt")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
# The lowest versions that carry known security or delivery fixes; reviewed with every upgrade.
FLOORS = {"django": "5.2.19", "kombu": "5.4", "cryptography": "44", "gunicorn": "23"}


def locked(lock: str) -> dict[str, str]:
    text = (ROOT / lock).read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9][a-z0-9._-]*)==([^\s;\\]+)", text, re.MULTILINE))


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


@pytest.mark.parametrize("package", FLOORS)
def test_no_package_falls_below_its_safe_version(package: str) -> None:
    assert Version(locked("requirements.txt")[package]) >= Version(FLOORS[package])


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
