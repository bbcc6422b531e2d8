"""The project's own files as the architecture tests read them: paths, syntax trees, findings."""

import ast
import subprocess
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
AREAS = ("housing", "residents", "permits", "staffing", "assessment")
PACKAGES = ("portal", *AREAS)


def python_files(*packages: str) -> list[Path]:
    """All modules of the packages (all of ours unless named), migrations included."""
    return sorted(
        path for package in packages or PACKAGES for path in (ROOT / package).rglob("*.py")
    )


def templates() -> list[Path]:
    """All templates, HTML and others, wherever they lie."""
    folders = [ROOT / "templates", *(ROOT / package for package in PACKAGES)]
    return sorted(
        path
        for folder in folders
        for path in folder.rglob("*")
        if path.is_file() and "templates" in path.parts and path.suffix in {".html", ".txt", ".svg"}
    )


@cache
def kept_files() -> list[Path]:
    """Every file that git keeps or would keep here; the whole tree where there is no git."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
    )
    if listed.returncode == 0:
        names = listed.stdout.decode().split("\0")
        return [path for name in sorted(set(names)) if name and (path := ROOT / name).is_file()]
    ignored = {".venv", ".run", "node_modules", "staticfiles", "test-results", "__pycache__"}
    return [
        path
        for path in sorted(ROOT.rglob("*"))
        if path.is_file() and not ignored & set(path.relative_to(ROOT).parts)
    ]


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def name(path: Path) -> str:
    """The path as people write it, from the project's top."""
    return path.relative_to(ROOT).as_posix()


def place(path: Path, node: ast.AST) -> str:
    return f"{name(path)}:{getattr(node, 'lineno', 0)}"


def is_migration(path: Path) -> bool:
    return "migrations" in path.parts


def is_command(path: Path) -> bool:
    return "commands" in path.parts


def is_named(path: Path, *stems: str) -> bool:
    """Whether the module, or a package that it lies in, has one of these names."""
    return path.stem in stems or bool(set(stems) & set(path.relative_to(ROOT).parts[:-1]))


def calls(path: Path) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree(path)) if isinstance(node, ast.Call))


def called(call: ast.Call) -> str:
    """The last name of what is called: `save` for `a.b.save()`, `now` for `now()`."""
    if isinstance(call.func, ast.Attribute):
        return call.func.attr
    return call.func.id if isinstance(call.func, ast.Name) else ""


def dotted(node: ast.AST) -> str:
    """`a.b.c` of names and attributes; calls on the way count as their name."""
    if isinstance(node, ast.Call):
        return dotted(node.func)
    if isinstance(node, ast.Subscript):
        return dotted(node.value)
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


@cache
def imported(path: Path) -> tuple[tuple[ast.AST, str], ...]:
    """Every dotted name that the module imports, with the names taken from it."""
    found: list[tuple[ast.AST, str]] = []
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found += [(node, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found += [(node, f"{node.module}.{alias.name}") for alias in node.names]
    return tuple(found)


def findings(
    paths: list[Path], find: Callable[[Path], Iterator[str]], *, reviewed: str = ""
) -> list[str]:
    """What `find` says about each file, without lines that carry the mark `reviewed`."""
    found = []
    for path in paths:
        lines = path.read_text(encoding="utf-8").splitlines()
        for finding in find(path):
            line = int(finding.split(":")[1])
            if not (reviewed and reviewed in lines[line - 1]):
                found.append(finding)
    return found


def listed(found: list[str]) -> str:
    return "\n" + "\n".join(found)
