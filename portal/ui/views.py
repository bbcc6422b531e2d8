"""The page that shows every piece of the interface with its states."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from portal.ui.pages import page

COLOURS = (
    ("b-900", "#0E2746"),
    ("b-800", "#133560"),
    ("b-700", "#17437A"),
    ("b-600", "#1C5296"),
    ("b-500", "#3A6FB3"),
    ("b-400", "#6A96CB"),
    ("b-300", "#9DBBDF"),
    ("b-200", "#C5D7ED"),
    ("b-100", "#E1EBF6"),
    ("b-50", "#F1F5FB"),
    ("text", "#17202B"),
    ("text-2", "#546171"),
    ("text-3", "#626F80"),
    ("control", "#7F8B9A"),
    ("line-2", "#C6CED8"),
    ("line", "#DDE2E9"),
    ("surface-3", "#EEF1F4"),
    ("bg", "#F6F7F9"),
    ("surface", "#FFFFFF"),
    ("hit", "#FFE9A8"),
    ("danger", "#B3261E"),
    ("danger-line", "#EDB4AF"),
    ("danger-wash", "#FCEBE9"),
    ("warn", "#8A5A00"),
    ("warn-mark", "#C07400"),
    ("warn-line", "#EBCB84"),
    ("warn-wash", "#FFF3D9"),
    ("ok", "#1E6B41"),
    ("ok-line", "#A6D5B8"),
    ("ok-wash", "#E5F4EB"),
)
STEPS = (
    {"title": _("选择文件"), "state": "done"},
    {"title": _("对应列"), "state": "done"},
    {"title": _("预览与改错"), "state": "now"},
    {"title": _("导入"), "state": "todo"},
    {"title": _("结果"), "state": "todo"},
)


def components(request: HttpRequest) -> HttpResponse:
    """Colours, type, controls, value graphics and cells, for those who build pages."""
    return page(request, "ui/components.html", {"colours": COLOURS, "steps": STEPS})


# Read by the wall of `portal.orgs`, which this package may not import: any login, no register data.
components.signed_in = True  # type: ignore[attr-defined]
