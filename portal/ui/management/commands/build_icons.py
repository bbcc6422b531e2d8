"""Collect the icons that the portal uses into one SVG sprite, and write what phones install."""

import re
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portal.ui import installing
from portal.ui.context import Shell
from portal.ui.icons import ICONS

_DRAWING = re.compile(r"<svg\b[^>]*>(?P<inner>.*)</svg>", re.DOTALL)
_BOUNDING_BOX = re.compile(r'<path stroke="none" d="M0 0h24v24H0z"[^>]*/>')
_SPACE = re.compile(r">\s+<")


class Command(BaseCommand):
    """Write the sprite, the manifest and its pictures under the generated static files."""

    help = "Builds the icon sprite from the outline icons of the npm package @tabler/icons."

    def handle(self, *args: Any, **options: Any) -> None:
        """:raises CommandError: the package is not installed or lacks an icon"""
        source = Path(settings.BASE_DIR) / "node_modules" / "@tabler" / "icons"
        target = Path(settings.GENERATED_STATIC_DIR) / "ui" / "icons.svg"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(sprite(source), encoding="utf-8")
        place = target.parent
        for file, edge, part in installing.ICONS:
            (place / file).write_bytes(installing.picture(edge, part))
        name = getattr(settings, "PRODUCT_NAME", Shell.product)
        (place / "app.webmanifest").write_text(installing.manifest(name), encoding="utf-8")
        self.stdout.write(f"{len(ICONS)} icons in {target}")


def sprite(package: Path) -> str:
    """One SVG document with a symbol for each name in `ICONS`.

    :raises CommandError: an icon file cannot be read
    """
    symbols = "\n".join(
        f'<symbol id="{name}" viewBox="0 0 24 24">{_inner(package, drawing)}</symbol>'
        for name, drawing in ICONS.items()
    )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg">\n'
        "<!-- Tabler Icons (tabler.io/icons), MIT licence, copyright Paweł Kuna -->\n"
        f"{symbols}\n</svg>\n"
    )


def _inner(package: Path, drawing: str) -> str:
    path = package / "icons" / "outline" / f"{drawing}.svg"
    try:
        found = _DRAWING.search(path.read_text(encoding="utf-8"))
    except OSError as why:
        raise CommandError(f"No icon {drawing}: run npm ci first ({why})") from why
    if found is None:
        raise CommandError(f"{path} is not an SVG drawing")
    return _SPACE.sub("><", _BOUNDING_BOX.sub("", found["inner"]).strip())
