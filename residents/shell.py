"""What a phone keeps of the door's pages to open without a network: files of ours, nothing else."""

import hashlib
import json
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
    "residents/door/main.js",
)  # fmt: skip
#: Imported by other scripts, by their plain name.
IMPORTED = (
    "ui/js/device.js", "ui/js/identity.js", "residents/door/form.js", "residents/door/list.js",
    "residents/door/page.js", "residents/door/queue.js", "residents/door/state.js",
    "residents/door/store.js", "residents/door/sync.js", "residents/door/vault.js",
)  # fmt: skip
SCRIPT = Path(__file__).parent / "static" / "residents" / "door" / "worker.js"


@cache
def version_of_shell() -> str:
    """Changes with any of the files: their stored names, or what stands in them."""
    digest = hashlib.sha256()
    for name in (*NAMED, *IMPORTED):
        digest.update(static(name).encode())
        found = finders.find(name)
        if isinstance(found, str):
            digest.update(Path(found).read_bytes())
    digest.update(SCRIPT.read_bytes())
    return digest.hexdigest()[:16]


@cache
def worker_script() -> str:
    """The worker with the list of files that it keeps."""
    root = f"/{settings.STATIC_URL.strip('/')}/"
    told = {
        "version": version_of_shell(), "page": reverse("residents:door"),
        "files": [static(name) for name in NAMED] + [root + name for name in IMPORTED],
    }  # fmt: skip
    return f"const SHELL = {json.dumps(told)};\n{SCRIPT.read_text(encoding='utf-8')}"
