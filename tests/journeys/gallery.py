"""Pictures of pages, small enough to be kept with the code, and the index that shows them."""

import io
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

from portal.demo.cast import Player
from portal.orgs.roles import ROLES
from tests.journeys.tour import Stop

SIZES = {"1440": (1440, 900), "1366": (1366, 768), "phone": (390, 844)}
SMALLER = 0.5  # of its size on the screen: still to be read, and a few kilobytes
QUALITY = 35
# Which drawing of the design a page is held against.
DRAWN = {
    "accounts:login": "01-login", "desk:home": "02-clerk-home", "housing:board":
    "03-building-matrix", "residents:entry": "04-household-entry", "residents:list":
    "05-resident-list", "exchange:upload": "06-import-1-upload", "exchange:batch":
    "06-import-3-preview", "metrics:street": "07-street-dashboard", "metrics:district":
    "07-street-dashboard", "assessment:matrix": "08-assessment-matrix", "assessment:indicator":
    "08-assessment-indicator", "permits:case": "09-permit-case", "staffing:overview":
    "10-staffing", "quality:list": "11-dq-rules", "desk:audit": "12-audit-trail",
    "ui:components": "16-components",
}  # fmt: skip


def post_of(player: Player) -> str:
    """The post in which somebody of the demonstration is logged in."""
    return player.posts[0][0]


@dataclass
class Gallery:
    """A folder of pictures: one for each post, page and size."""

    folder: Path
    taken: dict[str, list[tuple[Stop, str]]] = field(default_factory=lambda: defaultdict(list))

    def take(self, page: Page, stop: Stop, player: Player) -> None:
        """The page at each size, as WebP of a few kilobytes."""
        place = self.folder / post_of(player)
        place.mkdir(parents=True, exist_ok=True)
        before = page.viewport_size
        for size, (width, height) in SIZES.items():
            page.set_viewport_size({"width": width, "height": height})
            page.wait_for_timeout(150)  # charts are drawn anew
            picture = Image.open(io.BytesIO(page.screenshot(animations="disabled")))
            picture.thumbnail((int(width * SMALLER), int(height * SMALLER)))
            picture.save(place / f"{stop.name}-{size}.webp", quality=QUALITY, method=6)
        if before:
            page.set_viewport_size(before)
        self.taken[post_of(player)].append((stop, page.title().split(" · ")[0]))

    def write_index(self) -> None:
        """README.md of the folder: every picture under its post, beside its drawing's name."""
        lines = [
            "# Every page of every post", "",
            "Written by `make screenshots` from the demonstration; all people are invented.", "",
        ]  # fmt: skip
        for post, stops in self.taken.items():
            role = ROLES[post]
            lines += [
                f"## {role.title}", "", role.description, "",
                "| page | 1440 × 900 | 1366 × 768 | phone | drawing |", "|---|---|---|---|---|",
            ]  # fmt: skip
            for stop, title in stops:
                pictures = " | ".join(f"![]({post}/{stop.name}-{size}.webp)" for size in SIZES)
                drawing = DRAWN.get(stop.view, "")
                lines.append(f"| {title or stop.view} | {pictures} | {drawing} |")
            lines.append("")
        (self.folder / "README.md").write_text("\n".join(lines), encoding="utf-8")
