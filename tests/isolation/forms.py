"""The forms that pages show, harvested from the pages themselves."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlsplit

from django.test import Client
from django.urls import Resolver404, resolve

from tests.isolation.answers import broken
from tests.isolation.asks import LEFT_OUT, Asker, may, needed_by_name, patterns

Fields = dict[str, str]


class Harvest(HTMLParser):
    """Collects each form's fields with the values that the page gave them."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path
        self.found: dict[str, Fields] = {}
        self._fields: Fields | None = None
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if "hx-post" in said:
            self._field(self._form(said["hx-post"]), said)
        if tag == "form":
            post = said.get("hx-post") or (said.get("action") or self.path)
            self._fields = self._form(post) if self._posts(said) else {}
        elif self._fields is not None:
            self._inside(tag, said)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._fields = None
        elif tag == "select":
            self._select = ""

    def _inside(self, tag: str, said: Fields) -> None:
        assert self._fields is not None
        if tag == "select":
            self._select = said.get("name", "")
            self._fields.setdefault(self._select, "")
        elif tag == "option" and self._select:
            if "selected" in said or not self._fields[self._select]:
                self._fields[self._select] = said.get("value", "")
        elif tag in {"input", "textarea", "button"} and said.get("type") != "file":
            self._field(self._fields, said)

    def _field(self, fields: Fields, said: Fields) -> None:
        if said.get("name") and said["name"] != "csrfmiddlewaretoken":
            fields.setdefault(said["name"], said.get("value", ""))

    def _form(self, action: str) -> Fields:
        return self.found.setdefault(urlsplit(action).path or self.path, {})

    @staticmethod
    def _posts(said: Fields) -> bool:
        return said.get("method", "get").lower() == "post" or "hx-post" in said


@dataclass
class Known:
    """What the pages told: their forms, and which table's keys each address takes."""

    forms: dict[str, Fields] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    opened: set[str] = field(default_factory=set)


def learn(known: Known, client: Client, role: str, asker: Asker) -> None:
    """Open every page of the role's own records that nobody has opened yet; read its forms."""
    for route, name, pattern in patterns():
        if name in LEFT_OUT or name in known.opened or not may(role, needed_by_name()[name]):
            continue
        for path, labels in asker.tries(route, pattern):
            response = client.get(path)
            assert response.status_code < 500, f"{path}: {broken(response)}"
            if response.status_code in {404, 405}:
                continue
            known.opened.add(name)
            for prefix, label in labels.items():
                known.labels.setdefault(prefix, label)
            if "html" in response.headers.get("Content-Type", ""):
                _read_forms(known, path, response.content.decode())
            break


def _read_forms(known: Known, path: str, page: str) -> None:
    harvest = Harvest(path)
    harvest.feed(page)
    for action, fields in harvest.found.items():
        try:
            name = resolve(action).view_name
        except Resolver404:
            continue
        fields_so_far = known.forms.setdefault(name, {})
        for each, value in fields.items():
            fields_so_far[each] = fields_so_far.get(each) or value
