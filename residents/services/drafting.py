"""Drafts of the entry page: kept while somebody types, gone when the household is saved.

Paper: S-21.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidTag
from django.db import transaction

from housing.models import DwellingUnit
from portal import vault
from portal.orgs.access import require
from portal.orgs.capabilities import Capability
from portal.orgs.records import new_id
from portal.orgs.scope import Scope
from residents.models import EntryDraft
from residents.services.errors import UnableToKeep

#: Characters of a form with sixty rows filled to the brim.
MOST_TYPED = 200_000
Fields = Mapping[str, Sequence[str]]


@transaction.atomic
def keep_draft(
    *, dwelling_id: Any, fields: Fields, people: int, by: Scope, at: datetime
) -> EntryDraft:
    """Keep what stands in the form now; the draft of before is written over.

    :raises UnableToKeep: more than anybody types
    :raises NotAllowed: `by` may not edit residents there
    """
    dwelling = DwellingUnit.objects.in_scope(by).get(pk=dwelling_id)
    require(by, Capability.EDIT_RESIDENTS, dwelling.committee_id)
    body = json.dumps({name: list(values) for name, values in fields.items()}, ensure_ascii=False)
    if len(body) > MOST_TYPED:
        raise UnableToKeep("内容过多，草稿没有保存")
    draft = EntryDraft.objects.in_scope(by).select_for_update().filter(
        user_id=by.user_id or 0, dwelling=dwelling
    ).first() or EntryDraft(
        id=new_id(), committee_id=dwelling.committee_id, user_id=by.user_id or 0, dwelling=dwelling
    )  # fmt: skip
    draft.room, draft.people, draft.saved_at = dwelling.short_address, people, at
    draft.sealed = vault.seal_file(body.encode(), row=draft.pk)
    draft.save()
    return draft


def draft_fields(draft: EntryDraft) -> dict[str, list[str]]:
    """What was typed, by field.

    :raises UnableToKeep: the ciphertext is not what was written, or its key is gone
    """
    try:
        body = vault.unseal_file(bytes(draft.sealed), row=draft.pk)
    except (InvalidTag, KeyError, ValueError) as error:
        raise UnableToKeep("草稿打不开，请重新填写") from error
    told: dict[str, list[str]] = json.loads(body)
    return told


@transaction.atomic
def drop_draft(*, dwelling_id: Any, by: Scope) -> bool:
    """Throw one's own draft away; whether there was one."""
    rows = EntryDraft.objects.in_scope(by)
    gone, _ = rows.filter(user_id=by.user_id or 0, dwelling_id=dwelling_id).delete()
    return bool(gone)


@transaction.atomic
def purge_drafts(*, by: Scope, at: datetime) -> int:
    """Throw away what nobody has gone on with for seven days; how many there were."""
    gone, _ = EntryDraft.objects.in_scope(by).expired(at).delete()
    return gone
