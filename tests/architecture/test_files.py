"""What is kept: sizes people can read, nothing of this machine, nothing that names a registry."""

import re

from tests.architecture.source import ROOT, is_migration, kept_files, listed, name

LIMIT = 450
CODE = {".py", ".html", ".css", ".js", ".sh", ".typ"}
TEXT = CODE | {".md", ".toml", ".txt", ".in", ".json", ".yml", ".yaml", ".cfg", ".conf", ".svg", ""}
# Written so that this file does not hold what it looks for.
REGISTRY = re.compile(
    r"https?://[a-z0-9.-]*(p[y]pi|npm[j]s|python[h]osted|[d]ebian\.org|npm[m]irror)|fil[e]:///"
)
MACHINE = re.compile(r"(?<![\w.$}])/(wor[k]|far[m]|hom[e]/\w+|roo[t])/")
SECRET = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----|\bAKIA[0-9A-Z]{16}\b")
IDENTITY_NUMBER = re.compile(
    r"(?<!\d)[1-9]\d{5}(18|19|20)\d{2}(0\d|1[0-2])([0-2]\d|3[01])\d{3}[\dX](?!\d)"
)
# What no living person's number begins with: no province, a county never assigned, born in 1899.
PROVINCES = r"1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]"
INVENTED = re.compile(rf"^((?!{PROVINCES})|\d{{4}}99|\d{{6}}1899)")
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def could_be_somebodys(number: str) -> bool:
    """Whether the check character (GB 11643: MOD 11-2) and the area code are those of a person."""
    total = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, number[:17], strict=True))
    return "10X98765432"[total % 11] == number[17] and not INVENTED.match(number)


def lines_of(path: object) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()  # type: ignore[attr-defined]


def test_no_file_is_longer_than_people_read() -> None:
    long = [
        f"{name(path)}: {count} lines; split it by noun"
        for path in kept_files()
        if path.suffix in CODE and not is_migration(path) and (count := len(lines_of(path))) > LIMIT
    ]
    assert not long, listed(long)


def test_nothing_names_a_registry_or_a_place_on_one_machine() -> None:
    found = [
        f"{name(path)}:{number}: {line.strip()[:100]}"
        for path in kept_files()
        if path.suffix in TEXT
        for number, line in enumerate(lines_of(path), 1)
        if REGISTRY.search(line) or MACHINE.search(line)
    ]
    assert not found, listed(found)


def test_no_secret_is_kept() -> None:
    found = [
        name(path)
        for path in kept_files()
        if path.suffix in TEXT and any(SECRET.search(line) for line in lines_of(path))
    ]
    assert not found, listed(found)


def test_no_number_of_a_living_person_is_kept() -> None:
    """Identity numbers in code, tests and data use an area code that was never assigned."""
    found = []
    for path in kept_files():
        if (
            path.suffix not in TEXT
            or "requirements" in path.name
            or path.name == "package-lock.json"
        ):
            continue
        for number, line in enumerate(lines_of(path), 1):
            for match in IDENTITY_NUMBER.finditer(line):
                if could_be_somebodys(match.group()):
                    found.append(f"{name(path)}:{number}: {match.group()[:6]}…")
    assert not found, listed(found)


def test_nothing_is_left_for_later() -> None:
    unfinished = re.compile(
        r"(#|//|/\*|<!--).*\b(TOD[O]|FIXM[E]|XX[X])\b|raise NotImplemente[d]Error"
        r"|敬请期[待]|待实[现]|开发[中]"
    )
    skipped = re.compile(r"pytest\.ski[p]|mark\.(ski[p]|xfai[l])")
    found = [
        f"{name(path)}:{number}: {line.strip()[:100]}"
        for path in kept_files()
        if path.suffix in CODE
        for number, line in enumerate(lines_of(path), 1)
        if unfinished.search(line) or skipped.search(line)
    ]
    assert not found, listed(found)


def test_a_silenced_check_says_why() -> None:
    """`noqa` and `type: ignore` name their rule; security rules also give the reason."""
    found = []
    for path in kept_files():
        if path.suffix != ".py" or ROOT / "tests" in path.parents:
            continue
        for number, line in enumerate(lines_of(path), 1):
            bare = re.search(r"#\s*noqa(?!:)|#\s*type:\s*ignore(?!\[)", line)
            unexplained = re.search(r"#\s*noqa:\s*S\d+\s*$", line)
            if bare or unexplained:
                found.append(f"{name(path)}:{number}: {line.strip()[:100]}")
    assert not found, listed(found)
