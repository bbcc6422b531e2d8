"""Photos of findings: taken in through the sandbox, kept encrypted, deleted by rule or by hand.

Paper: S-74, S-87.
"""

import uuid
from datetime import datetime

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from housing.models import Finding, FindingPhoto
from housing.photos import MOST_PHOTOS
from housing.services.errors import UnableToRectify
from housing.services.inspecting import _locked
from housing.services.visits import words
from portal import vault
from portal.audit.record import record
from portal.exchange.containers import FileRefused
from portal.exchange.pictures import PictureRefused, check_start
from portal.exchange.sandbox import picture_in_sandbox
from portal.orgs.access import require
from portal.orgs.capabilities import Capability
from portal.orgs.records import new_id
from portal.orgs.scope import Scope

LONGEST_WORDS = 100
PAST_ITS_TIME = "办结满一年，按规定删除"


def add_photo(
    *, finding_id: uuid.UUID, content: bytes, shows: str, by: Scope, at: datetime
) -> FindingPhoto:
    """Keep a photo of what was found: written anew in the sandbox, then encrypted.

    :raises UnableToRectify: no photo, no word on what it shows, too many, or the finding has ended
    :raises NotAllowed: `by` does not run campaigns there
    """
    finding = Finding.objects.in_scope(by).get(pk=finding_id)
    require(by, Capability.RUN_CAMPAIGNS, finding.committee_id)
    told = words(shows, "shows", "写明照片拍的是什么", UnableToRectify, LONGEST_WORDS)
    picture = _written_anew(content)
    key = new_id()
    place = default_storage.save(
        f"findings/{key}", ContentFile(vault.seal_file(picture, row=key))
    )  # fmt: skip
    try:
        return _keep(finding_id, key, place, len(picture), told, by, at)
    except BaseException:
        default_storage.delete(place)
        raise


def _written_anew(content: bytes) -> bytes:
    try:
        check_start(content[:16], len(content))
        return picture_in_sandbox(content)
    except (PictureRefused, FileRefused) as refusal:
        raise UnableToRectify(refusal.message_zh, "photo") from refusal


@transaction.atomic
def _keep(
    finding_id: uuid.UUID, key: uuid.UUID, place: str, size: int, shows: str, by: Scope,
    at: datetime,
) -> FindingPhoto:  # fmt: skip
    finding = _locked(finding_id, by)
    if finding.is_settled:
        raise UnableToRectify(f"这一项{finding.get_state_display()}，不再收照片", "photo")
    if finding.photos.kept().count() >= MOST_PHOTOS:
        raise UnableToRectify(f"一项最多 {MOST_PHOTOS} 张照片，请先删除不要的", "photo")
    photo = FindingPhoto.objects.create(
        id=key, committee_id=finding.committee_id, finding=finding,
        dwelling_id=finding.dwelling_id, shows=shows, size=size, stored_file=place,
        added_by=by.user_id or 0, added_name=by.user_name, added_at=at,
    )  # fmt: skip
    _tell("added", photo, by, at, shows)
    return photo


def picture_of(photo: FindingPhoto) -> bytes:
    """The picture as JPEG.

    :raises vault.UnableToOpen: altered, of another row, or without its key
    """
    with default_storage.open(photo.stored_file, "rb") as stored:
        return vault.opened_file(stored.read(), row=photo.pk)


@transaction.atomic
def remove_photo(
    *, photo_id: uuid.UUID, reason: str, by: Scope, at: datetime
) -> FindingPhoto:  # fmt: skip
    """Delete a picture at once: it shows a face or a paper, or the wrong place.

    :raises UnableToRectify: gone already, or no reason
    :raises NotAllowed: `by` does not run campaigns there
    """
    photo = FindingPhoto.objects.in_scope(by).select_for_update().get(pk=photo_id)
    require(by, Capability.RUN_CAMPAIGNS, photo.committee_id)
    if not photo.stored_file:
        raise UnableToRectify("这张照片已删除")
    _remove(photo, words(reason, "reason", "写明删除原因", UnableToRectify), by, at)
    return photo


@transaction.atomic
def purge_photos(*, by: Scope, at: datetime) -> int:
    """Delete pictures of findings that ended a year ago; returns how many."""
    old = FindingPhoto.objects.in_scope(by).worn(timezone.localdate(at))
    rows = list(old.select_for_update(of=("self",)))
    for photo in rows:
        _remove(photo, PAST_ITS_TIME, by, at)
    return len(rows)


def _remove(photo: FindingPhoto, reason: str, by: Scope, at: datetime) -> None:
    place, photo.stored_file = photo.stored_file, ""
    photo.removed_at, photo.removed_by, photo.remove_reason = at, by.user_name, reason
    photo.save(update_fields=["stored_file", "removed_at", "removed_by", "remove_reason"])
    _tell("removed", photo, by, at, reason)
    transaction.on_commit(lambda: default_storage.delete(place))


def _tell(act: str, photo: FindingPhoto, by: Scope, at: datetime, reason: str) -> None:
    record(
        f"housing.photo_{act}", by=by, at=at, target=photo, committee=photo.committee_id,
        reason=reason,
    )  # fmt: skip
