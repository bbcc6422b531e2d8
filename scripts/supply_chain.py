"""What the product is made of: nothing unpinned, nothing below its safe version, nothing stale.

`make supply-chain` on a machine that reaches a package registry: every lock line is satisfied
under its hash; installed packages agree; every locked version stands on or above its floor
(`security/floors.toml`); every direct dependency is at the newest patch of its series, or has a
waiver that is not too old; the security rules of ruff and the project's own lints pass. It writes
the bill of materials and prints when somebody last read the advisories. (No tool that needs an
advisory feed takes part: without the feed such tools report that all is well.)
"""

import json
import re
import subprocess
import sys
import tomllib
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[1]
SECURITY = tomllib.loads((ROOT / "security" / "floors.toml").read_text(encoding="utf-8"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
BILL = ROOT / ".run" / "bill-of-materials.json"
WAIVER_DAYS, WARN_DAYS, FAIL_DAYS = 14, 30, 60
AT_ONCE = 4


def locked(lock: str = "requirements-dev.txt") -> dict[str, Version]:
    """Versions by package, as a lock file pins them."""
    text = (ROOT / lock).read_text(encoding="utf-8")
    pinned = re.findall(r"^([a-z0-9][a-z0-9._-]*)==([^\s;\\]+)", text, re.MULTILINE)
    return {name: Version(version) for name, version in pinned}


def direct() -> list[str]:
    """Packages that the project asks for by name."""
    lines = PROJECT["dependencies"] + PROJECT["optional-dependencies"]["dev"]
    return sorted({canonicalize_name(Requirement(line).name) for line in lines})


def below_floors(versions: dict[str, Version]) -> list[str]:
    """Locked packages under the version that carries a known fix."""
    return [
        f"{name} {versions[name]} is below {floor['at_least']}: {floor['why']}"
        for name, floor in SECURITY["floors"].items()
        if name in versions and versions[name] < Version(floor["at_least"])
    ]


def newest_of_series(have: Version, offered: list[Version]) -> Version:
    """The newest final release with the same major and minor number."""
    series = [version for version in offered if version.release[:2] == have.release[:2]]
    return max([version for version in series if not version.is_prerelease], default=have)


def behind(versions: dict[str, Version], today: date) -> list[str]:
    """Direct dependencies that miss a patch of their own series and have no fresh waiver."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        offers = dict(zip(direct(), pool.map(offered, direct()), strict=True))
    found = []
    for name, versions_there in offers.items():
        newest = newest_of_series(versions[name], versions_there)
        if newest > versions[name] and not waived(name, today):
            found.append(f"{name} {versions[name]} is behind {newest}: make lock, or waive it")
    return found


def offered(name: str) -> list[Version]:
    """What the registry offers of a package; it has to answer."""
    answer = subprocess.run(
        [sys.executable, "-m", "pip", "index", "versions", name, "--disable-pip-version-check"],
        capture_output=True, text=True, check=True, cwd=ROOT,
    ).stdout  # fmt: skip
    line = next(line for line in answer.splitlines() if line.startswith("Available versions:"))
    return [Version(text.strip()) for text in line.partition(":")[2].split(",")]


def waived(name: str, today: date) -> bool:
    waiver = SECURITY["waivers"].get(name)
    return bool(waiver and waiver["why"] and (today - waiver["since"]).days <= WAIVER_DAYS)


def review(today: date) -> tuple[str, bool]:
    """When the advisories were last read, as a sentence, and whether that still holds."""
    days = (today - SECURITY["reviewed"]).days
    sentence = f"advisories last read on {SECURITY['reviewed']} ({days} days ago)"
    if days > WARN_DAYS:
        sentence += f"; read them again, after {FAIL_DAYS} days this fails"
    return sentence, days <= FAIL_DAYS


def write_bill() -> int:
    """The bill of materials in CycloneDX's form: what is installed, with its licence."""
    report = json.loads(run("-m", "pip", "inspect", "--local", "--disable-pip-version-check"))
    components = [_component(package["metadata"]) for package in report["installed"]]
    bill = {
        "bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
        "metadata": {
            "timestamp": datetime.now(UTC).isoformat(timespec="seconds"),
            "component": {
                "type": "application", "name": PROJECT["name"], "version": PROJECT["version"],
            },
        },
        "components": sorted(components, key=lambda component: component["purl"]),
    }  # fmt: skip
    BILL.parent.mkdir(exist_ok=True)
    BILL.write_text(json.dumps(bill, ensure_ascii=False, indent=1), encoding="utf-8")
    return len(components)


def _component(metadata: dict[str, Any]) -> dict[str, Any]:
    name, version = canonicalize_name(metadata["name"]), metadata["version"]
    licence = metadata.get("license_expression") or metadata.get("license") or ""
    return {
        "type": "library", "name": name, "version": version, "purl": f"pkg:pypi/{name}@{version}",
    } | ({"licenses": [{"license": {"name": licence[:80]}}]} if licence else {})  # fmt: skip


def run(*command: str) -> str:
    """A command of this environment; its output, or the end with what it said."""
    done = subprocess.run(
        [sys.executable, *command], capture_output=True, text=True, cwd=ROOT, check=False
    )
    if done.returncode:
        raise SystemExit(f"FAIL  {' '.join(command)}\n{done.stdout}{done.stderr}")
    return done.stdout


def main() -> int:
    today, versions = datetime.now().astimezone().date(), locked()
    lock = ("-r", "requirements-dev.txt")
    run("-m", "pip", "install", "--dry-run", "--quiet", "--require-hashes", "--no-deps", *lock)
    print("ok    every locked package is installed, each under its hash")
    run("-m", "pip", "check")
    print("ok    installed packages agree with one another")
    run("-m", "ruff", "check", "--quiet", ".")
    run("-m", "pytest", "-q", "-n0", "tests/architecture")
    print("ok    security rules and the project's own lints")
    print(f"ok    bill of materials: {write_bill()} packages in {BILL.relative_to(ROOT)}")
    sentence, fresh = review(today)
    faults = below_floors(versions) + behind(versions, today) + ([] if fresh else [sentence])
    for fault in faults:
        print(f"FAIL  {fault}")
    if not faults:
        print(f"ok    {len(direct())} direct dependencies at the newest patch of their series")
    print(f"      {sentence}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
