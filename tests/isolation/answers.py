"""What came back, made comparable: without what changes by itself, files unpacked."""

import io
import json
import re
import traceback
import uuid
import zipfile
from dataclasses import dataclass, field

import pypdf
from django.http import HttpResponse
from django.test import Client

from tests.isolation.asks import READS, Ask

CANARY = "金丝雀"
#: Parts of an answer that change with every request, in both worlds alike.
VOLATILE = [
    re.compile(r'name="csrfmiddlewaretoken" value="[^"]+"'),
    re.compile(r'"X-CSRFToken":\s*"[^"]+"|content="[A-Za-z0-9]{64}"'),
    re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"),
    re.compile(r"\d{2}:\d{2}(:\d{2}(\.\d+)?)?"),
    re.compile(r"刚刚|\d+ (秒|分钟)前"),
    re.compile(r"\b(before|after)=k\d+\.[\w-]+"),  # a sealed place in the trail
    re.compile(r"(LH|KB|TJ|ML)-\d{14}"),  # the number of what is taken along without leave
    re.compile(r"\bview=[0-9a-f]{8}\b"),  # the name that a kept view has just been given
    re.compile(r'^\{"seconds": \d+\}$'),  # what is left of the own session
    # the keys of a phone's store and its token, which follow from the own session
    re.compile(r'"(seed|token)": "[^"]+"|"seconds": \d+'),
    # the key of an authenticator that is about to be bound, as a picture and in letters
    re.compile(r'class="pp-qr" src="[^"]+"|<code class="pp-mono">([A-Z2-7]{4} ?)+</code>'),
]
#: Keys of rows made while answering; those of planted rows begin with 01900000.
MADE = re.compile(
    r"(?!01900000)[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
)
#: The address of one record of the API, which tells its `ETag`.
ITEM = re.compile(r"/api/v1/\w+/[^/]+/")
HEADERS_APART = {"x-request-id", "date", "content-length", "set-cookie"}


@dataclass(frozen=True)
class Answer:
    """Status, headers and everything that can be read in the body, as one text."""

    status: int
    headers: str
    body: str
    #: what broke and where, when something did
    error: str = field(default="", compare=False)

    def shows(self, word: str) -> bool:
        return word in self.body or word in self.headers

    def parting(self, other: "Answer") -> str:
        """Where two answers part, for whoever has to find the leak."""
        if self.status != other.status:
            return f"status {self.status} and {other.status}"
        mine, theirs = f"{self.headers}\n{self.body}", f"{other.headers}\n{other.body}"
        place = next(
            (n for n, (a, b) in enumerate(zip(mine, theirs, strict=False)) if a != b),
            min(len(mine), len(theirs)),
        )
        return f"{mine[place - 90 : place + 60]!r} and {theirs[place - 90 : place + 60]!r}"


def ask_for(client: Client, ask: Ask) -> Answer:
    """Make one request and read what comes back."""
    headers = {"HX-Request": "true"} if ask.htmx else {}
    call = getattr(client, ask.method.lower())
    if ask.method in READS:
        response = call(ask.path, dict(ask.query), headers=headers)
    elif ask.json:
        response = call(
            ask.path, json.dumps(dict(ask.body)), content_type="application/json",
            headers=headers | conditions(client, ask.path),
        )  # fmt: skip
    elif ask.method == "POST":
        response = call(ask.path, dict(ask.body), headers=headers)
    else:
        response = call(ask.path, headers=headers)
    return read(response)


def conditions(client: Client, path: str) -> dict[str, str]:
    """What the API asks of a change: a number of its own, and the record as it was read."""
    item = ITEM.match(path)
    tag = client.get(item[0]).headers.get("ETag", "") if item else ""
    return {"Idempotency-Key": str(uuid.uuid4()), "If-Match": tag or '"none"'}


def read(response: HttpResponse) -> Answer:
    """The answer with its cookies, redirects and files in the open."""
    cookies = "; ".join(f"{key}" for key in sorted(response.cookies))
    lines = [
        f"{name}: {value}"
        for name, value in sorted(response.headers.items())
        if name.lower() not in HEADERS_APART
    ]
    head, body = (
        MADE.sub("·", steady(text))
        for text in ("\n".join([*lines, cookies]), legible(response.content))
    )
    return Answer(response.status_code, head, body, broken(response))


def broken(response: HttpResponse) -> str:
    """The error of a request that failed, with the last lines it passed through."""
    error = (getattr(response, "exc_info", None) or (None, None))[1]
    if error is None:
        return ""
    frames = traceback.extract_tb(error.__traceback__)[-3:]
    return f"{error!r} at {', '.join(f'{each.filename}:{each.lineno}' for each in frames)}"


def legible(content: bytes) -> str:
    """The text of a page, of all parts of a workbook or document, or of a PDF."""
    if content[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            return "\n".join(
                f"{name}\n{parts.read(name).decode('utf-8', 'replace')}"
                for name in sorted(parts.namelist())
            )
    if content[:5] == b"%PDF-":
        pages = pypdf.PdfReader(io.BytesIO(content)).pages
        return "\n".join(page.extract_text() for page in pages)
    return content.decode("utf-8", "replace")


def steady(text: str) -> str:
    for volatile in VOLATILE:
        text = volatile.sub("·", text)
    return text
