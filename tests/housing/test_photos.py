"""Photos of findings: only their pixels are kept, sealed, for a year; each look is told."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image, TiffImagePlugin

from housing import services
from housing.models import Finding, FindingPhoto
from housing.photos import MOST_PHOTOS
from housing.tasks import purge_photos
from portal import vault
from portal.exchange import pictures
from portal.orgs.access import NotAllowed
from portal.orgs.acting import acting
from tests.housing.rectifying import did, found, rechecked
from tests.residents.builders import home

pytestmark = [pytest.mark.django_db, pytest.mark.paper("S-74")]
GPS, MAKE, ORIENTATION = 0x8825, 0x010F, 0x0112
HIDDEN = b"<script>alert(1)</script>"


def photo(size=(1200, 800)):
    """A photo as a phone takes it: turned, with the place, the device, and something behind."""
    told = Image.Exif()
    told[MAKE], told[ORIENTATION] = "HUAWEI P60", 6
    told[GPS] = {1: "N", 2: (TiffImagePlugin.IFDRational(31), 14, 0)}
    made = BytesIO()
    Image.new("RGB", size, (120, 140, 160)).save(made, "JPEG", exif=told)
    return made.getvalue() + HIDDEN


@pytest.fixture
def finding(cast):
    return found(cast, home(cast.scope("clerk"))[0], kind="unsafe")


def added(cast, finding, content=None, key="staff", shows="客厅隔成三间"):
    return did(
        cast.scope(key), services.add_photo, finding_id=finding.pk, shows=shows,
        content=content or photo(),
    )  # fmt: skip


def kept_of(cast, row, key="staff"):
    with acting(cast.scope(key)):
        return services.picture_of(FindingPhoto.objects.get(pk=row.pk))


def test_what_a_camera_writes_beside_a_picture_is_not_kept(cast, finding):
    kept = kept_of(cast, added(cast, finding))
    with Image.open(BytesIO(kept)) as picture:
        assert (picture.format, picture.size) == ("JPEG", (800, 1200))  # turned upright
        assert not picture.getexif()
        assert set(picture.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert not [mark for mark in (b"HUAWEI", b"Exif", HIDDEN) if mark in kept]


def test_the_file_on_the_disk_is_sealed_and_bound_to_its_row(cast, finding):
    first, second = added(cast, finding), added(cast, finding)
    with default_storage.open(first.stored_file, "rb") as stored:
        assert not stored.read().partition(b"\n")[2].startswith(b"\xff\xd8")
    second.stored_file = first.stored_file
    with pytest.raises(vault.UnableToOpen):
        services.picture_of(second)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_other_photos_are_written_as_jpeg_and_made_small(cast, finding, kind):
    made = BytesIO()
    Image.new("RGBA", (3200, 1600), (10, 20, 30, 40)).save(made, kind)
    with Image.open(BytesIO(kept_of(cast, added(cast, finding, made.getvalue())))) as picture:
        assert (picture.format, picture.size) == ("JPEG", (1600, 800))


def bomb():
    """A PNG of few bytes that claims more pixels than anybody's camera has."""
    made = BytesIO()
    Image.new("1", (16_000, 16_000)).save(made, "PNG")
    return made.getvalue()


UNFIT = [
    (lambda: HIDDEN, "只能上传 JPEG"),
    (lambda: b"\x00\x00\x00\x20ftypheic" + bytes(40), "HEIC"),
    (lambda: b"GIF89a" + bytes(40), "只能上传 JPEG"),
    (lambda: b"%PDF-1.7" + bytes(40), "只能上传 JPEG"),
    (lambda: photo()[:700], "已损坏"),
    (lambda: b"\xff\xd8\xff" + HIDDEN, "已损坏"),
    (lambda: b"\xff\xd8\xff" + bytes(pictures.MAX_BYTES), "超过 10 MB"),
    (bomb, "像素太多"),
]


@pytest.mark.parametrize(("content", "said"), UNFIT, ids=[said for _content, said in UNFIT])
def test_what_is_no_photo_is_refused_at_its_field(cast, finding, content, said):
    with pytest.raises(services.UnableToRectify, match=said) as refusal:
        added(cast, finding, content())
    assert refusal.value.field == "photo"
    with acting(cast.scope("staff")):
        assert not FindingPhoto.objects.exists()


def test_a_photo_says_what_it_shows_and_there_are_few(cast, finding):
    with pytest.raises(services.UnableToRectify, match="写明照片") as refusal:
        added(cast, finding, shows=" ")
    assert refusal.value.field == "shows"
    for _ in range(MOST_PHOTOS):
        added(cast, finding, photo((20, 20)))
    with pytest.raises(services.UnableToRectify, match="最多 6 张"):
        added(cast, finding, photo((20, 20)))
    assert len(default_storage.listdir("findings")[1]) >= MOST_PHOTOS


def test_photos_go_through_their_pages(cast, finding, told):
    staff = cast.client("staff")
    url = reverse("housing:add_photo", args=[finding.pk])
    sent = {"photo": SimpleUploadedFile("a.jpg", photo()), "shows": "客厅隔成三间"}
    refused = staff.post(url, sent)
    assert refused.status_code == 422
    assert "有人脸或证件的照片不能上传" in refused.content.decode()
    assert "照片没有保存，改好其他处后请重新选择" in refused.content.decode()
    sent["photo"] = SimpleUploadedFile("客厅.exe", photo())  # its name says nothing
    assert staff.post(url, sent | {"no_faces": "on"}).status_code == 302
    with acting(cast.scope("staff")):
        row = FindingPhoto.objects.get()
    page = staff.get(reverse("housing:finding", args=[finding.pk])).content.decode()
    assert "客厅隔成三间" in page
    picture = staff.get(reverse("housing:finding_photo", args=[row.pk]))
    assert picture["Content-Type"] == "image/jpeg"
    assert "no-store" in picture["Cache-Control"]
    assert picture["X-Content-Type-Options"] == "nosniff"
    (look,) = told("housing.photo_viewed")
    assert look["actor_name"] == "何静"


def test_nobody_else_sees_or_sends_photos(cast, finding):
    row = added(cast, finding)
    url = reverse("housing:finding_photo", args=[row.pk])
    assert cast.client("far_street").get(url).status_code == 404
    assert cast.client("neighbour").get(url).status_code == 404
    assert cast.client("verifier").get(url).status_code == 403
    assert cast.client("clerk").get(url).status_code == 200  # of the committee it is about
    send = reverse("housing:add_photo", args=[finding.pk])
    assert cast.client("clerk").post(send, {}).status_code == 403
    with pytest.raises(NotAllowed):
        added(cast, finding, key="clerk")


def test_a_photo_that_should_not_be_there_is_deleted_at_once(
    cast, finding, told, django_capture_on_commit_callbacks
):
    row = added(cast, finding)
    staff = cast.client("staff")
    url = reverse("housing:remove_photo", args=[row.pk])
    assert staff.post(url, {"reason": " "}).status_code == 422
    with django_capture_on_commit_callbacks(execute=True):
        assert staff.post(url, {"reason": "拍到了人"}).status_code == 302
    assert not default_storage.exists(row.stored_file)
    assert staff.get(reverse("housing:finding_photo", args=[row.pk])).status_code == 404
    page = staff.get(reverse("housing:finding", args=[finding.pk])).content.decode()
    assert "何静删除：拍到了人" in page
    (event,) = told("housing.photo_removed")
    assert event["reason"] == "拍到了人"


def test_an_ended_finding_takes_no_photos_and_its_own_go_after_a_year(
    cast, finding, django_capture_on_commit_callbacks
):
    row = added(cast, finding)
    rechecked(cast, finding)
    did(cast.scope("staff"), services.close_finding, finding_id=finding.pk,
        assistance="协助加装扶手", end_reason="")  # fmt: skip
    with pytest.raises(services.UnableToRectify, match="不再收照片"):
        added(cast, finding)
    for days, is_there in ((365, True), (367, False)):
        with acting(cast.scope("staff")):
            ended = timezone.now() - timedelta(days=days)
            Finding.objects.filter(pk=finding.pk).update(ended_at=ended)
        with django_capture_on_commit_callbacks(execute=True):
            purge_photos()
        assert default_storage.exists(row.stored_file) is is_there
