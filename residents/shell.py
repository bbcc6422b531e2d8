"""What a phone keeps of pages at a door to open without a network: files of ours, nothing else."""

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.templatetags.static import static
from django.urls import reverse

#: Asked for by the name that the storage gives them.
NAMED = (
    "vendor/tabler/css/tabler.min.css", "ui/css/tokens.css", "ui/css/base.css",
    "ui/css/shell.css", "ui/css/controls.css", "ui/css/tables.css", "ui/css/matrix.css",
    "ui/css/figures.css", "ui/css/overlays.css", "ui/css/print.css", "ui/icons.svg",
    "ui/img/mark.svg", "ui/img/chevron.svg", "ui/js/theme.js", "residents/door/door.css",
)  # fmt: skip
#: Imported by other scripts, by their plain name.
IMPORTED = (
    "ui/js/device.js", "residents/door/frame.js", "residents/door/kind.js",
    "residents/door/page.js", "residents/door/queue.js", "residents/door/state.js",
    "residents/door/store.js", "residents/door/sync.js", "residents/door/vault.js",
)  # fmt: skip
SCRIPT = Path(__file__).parent / "static" / "residents" / "door" / "worker.js"


@dataclass(frozen=True)
class Shell:
    """One page that a phone keeps: its kind, its address, and files beside those of all.

    :param seeds: what the purposes of its keys begin with (residents.views.phone)
    """

    kind: str
    view: str
    named: tuple[str, ...]
    imported: tuple[str, ...]
    seeds: str = ""

    def address(self, part: str = "") -> str:
        return reverse(f"residents:{self.view}{part}")


VISITS = Shell(
    "door", "door", ("residents/door/main.js",),
    ("ui/js/identity.js", "residents/door/form.js", "residents/door/list.js"),
)  # fmt: skip
SHEETS = Shell(
    "spot", "spot_phone", ("residents/spot.css", "residents/spot/main.js"),
    ("residents/spot/asks.js", "residents/spot/form.js", "residents/spot/list.js",
     "residents/spot/walk.js"), "spot ",
)  # fmt: skip


@cache
def version_of(shell: Shell) -> str:
    """Changes with any of the files: their stored names, or what stands in them."""
    digest = hashlib.sha256()
    for name in (*NAMED, *shell.named, *IMPORTED, *shell.imported):
        digest.update(static(name).encode())
        found = finders.find(name)
        if isinstance(found, str):
            digest.update(Path(found).read_bytes())
    digest.update(SCRIPT.read_bytes())
    return digest.hexdigest()[:16]


@cache
def worker_script(shell: Shell) -> str:
    """The worker with the list of files that it keeps."""
    root = f"/{settings.STATIC_URL.strip('/')}/"
    told = {
        "kind": shell.kind, "version": version_of(shell), "page": shell.address(),
        "files": [static(name) for name in (*NAMED, *shell.named)]
        + [root + name for name in (*IMPORTED, *shell.imported)],
    }  # fmt: skip
    return f"const SHELL = {json.dumps(told)};\n{SCRIPT.read_text(encoding='utf-8')}"
