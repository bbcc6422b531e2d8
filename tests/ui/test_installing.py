"""The portal among a phone's own programs: a manifest with pictures, of this host alone."""

import json
import struct
import zlib

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.templatetags.static import static
from django.test import Client
from django.urls import reverse

from portal.ui import installing


@pytest.fixture(scope="module", autouse=True)
def made():
    call_command("build_icons", verbosity=0)


def found(name):
    path = finders.find(f"ui/{name}")
    assert path, name
    with open(path, "rb") as file:
        return file.read()


def pixels(picture):
    """Width, height and rows of three bytes a pixel; the check sums are looked at."""
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    place, parts = 8, {}
    while place < len(picture):
        (length,) = struct.unpack(">I", picture[place : place + 4])
        kind, data = picture[place + 4 : place + 8], picture[place + 8 : place + 8 + length]
        (told,) = struct.unpack(">I", picture[place + 8 + length : place + 12 + length])
        assert told == zlib.crc32(kind + data)
        parts[kind], place = data, place + 12 + length
    width, height = struct.unpack(">II", parts[b"IHDR"][:8])
    raw = zlib.decompress(parts[b"IDAT"])
    rows = [raw[1 + y * (3 * width + 1) :][: 3 * width] for y in range(height)]
    return width, height, rows


def test_the_manifest_names_this_host_alone_and_pictures_of_their_size():
    told = json.loads(found("app.webmanifest"))
    assert (told["start_url"], told["scope"]) == ("/", "/")
    assert told["name"] == "普陀区人口服务管理平台"
    assert "://" not in json.dumps(told)
    assert {icon["purpose"] for icon in told["icons"]} == {"any", "maskable"}
    for icon in told["icons"]:
        width, height, _rows = pixels(found(icon["src"]))
        assert icon["sizes"] == f"{width}x{height}"


def test_the_pictures_are_the_mark_in_its_colours():
    width, _height, rows = pixels(found("app-192.png"))

    def at(x, y):
        """The pixel at a place of the mark's own grid."""
        column = int((x + 0.5) * width / installing.GRID)
        return rows[int((y + 0.5) * width / installing.GRID)][3 * column : 3 * column + 3]

    assert at(0, 0) == at(8, 8) == bytes.fromhex("133560")
    assert at(5, 5) == at(10, 5) == at(15, 10) == at(5, 15) == bytes.fromhex("9DBBDF")
    assert at(15, 5) == at(5, 10) == at(10, 10) == at(10, 15) == bytes.fromhex("FFFFFF")


def test_what_a_phone_cuts_round_leaves_the_windows_whole():
    """The safe zone of a maskable icon is a circle of two fifths of its edge."""
    width, _height, rows = pixels(found("app-512-maskable.png"))
    field, middle = bytes.fromhex("133560"), width / 2
    for y in range(0, width, 8):
        for x in range(0, width, 8):
            if rows[y][3 * x : 3 * x + 3] != field:
                assert (x - middle) ** 2 + (y - middle) ** 2 <= (0.4 * width) ** 2, (x, y)


@pytest.mark.django_db
def test_the_login_page_offers_it_and_the_policy_allows_it():
    answer = Client().get(reverse("accounts:login"))
    page = answer.content.decode()
    assert f'<link rel="manifest" href="{static("ui/app.webmanifest")}">' in page
    assert f'<link rel="apple-touch-icon" href="{static("ui/app-180.png")}">' in page
    assert "manifest-src 'self'" in answer["Content-Security-Policy"]
    assert settings.STATIC_URL.startswith("/")
