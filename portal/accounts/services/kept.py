"""Forms kept while somebody proves again who they are, so that nothing typed is lost.

A kept form is ciphertext, belongs to one account and is gone after half an hour or with its use.
"""

import base64
import json
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO

from django.core.files.uploadedfile import InMemoryUploadedFile
from django.db import transaction
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from portal import vault
from portal.accounts.models import KeptForm

KEPT_FOR = timedelta(minutes=30)
#: Bytes of fields and files together; the biggest file that an import takes, and its mapping.
MOST_BYTES = 21 * 1024 * 1024
Files = MultiValueDict


class TooMuchToKeep(Exception):
    """The form is bigger than anything the portal takes."""


@dataclass(frozen=True)
class Kept:
    """A form as it was posted."""

    fields: QueryDict
    files: Files


@transaction.atomic
def keep(
    *, path: str, fields: QueryDict, files: Files, act: str, user_id: int, at: datetime
) -> KeptForm:
    """Keep what was posted to `path` for this account; what has expired is thrown away.

    :raises TooMuchToKeep: more than :data:`MOST_BYTES`
    """
    KeptForm.objects.filter(kept_at__lt=at - KEPT_FOR).delete()
    body = _packed(fields, files)
    key = uuid.uuid4()
    return KeptForm.objects.create(
        id=key, user_id=user_id, path=path, act=act, kept_at=at,
        sealed=vault.seal_file(body, row=key),
    )  # fmt: skip


@transaction.atomic
def take_back(*, key: uuid.UUID, path: str, user_id: int, at: datetime) -> Kept | None:
    """The form kept under `key` for this account and address, once; None when there is none.

    It is gone with the transaction that uses it: a request that fails leaves it where it was.
    """
    row = (
        KeptForm.objects.select_for_update()
        .filter(pk=key, user_id=user_id, path=path, kept_at__gte=at - KEPT_FOR)
        .first()
    )
    if row is None:
        return None
    kept = _unpacked(vault.unseal_file(bytes(row.sealed), row=row.pk))
    row.delete()
    return kept


def _packed(fields: QueryDict, files: Files) -> bytes:
    size = sum(len(value) for _name, values in fields.lists() for value in values)
    size += sum(file.size for _name, several in files.lists() for file in several)
    if size > MOST_BYTES:
        raise TooMuchToKeep
    return json.dumps(
        {
            "fields": list(fields.lists()),
            "files": [
                [name, file.name, file.content_type, base64.b64encode(file.read()).decode()]
                for name, several in files.lists()
                for file in several
            ],
        }
    ).encode()


def _unpacked(body: bytes) -> Kept:
    told = json.loads(body)
    fields = QueryDict(mutable=True)
    for name, values in told["fields"]:
        fields.setlist(name, values)
    fields._mutable = False
    files: Files = MultiValueDict()
    for field, name, content_type, text in told["files"]:
        content = base64.b64decode(text)
        files.appendlist(
            field,
            InMemoryUploadedFile(BytesIO(content), field, name, content_type, len(content), None),
        )
    return Kept(fields, files)
