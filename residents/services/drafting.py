"""Drafts of the entry page: kept while somebody types, gone when the household is saved.

Paper: S-21.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from housing.models import DwellingUnit
from portal import vault
from portal.orgs.access import require
from portal.orgs.capabilities import Capability
from portal.orgs.records import new_id
from portal.orgs.scope import Scope
from residents.drafts import KEPT_FOR
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
        body = vault.opened_file(bytes(draft.sealed), row=draft.pk)
    except vault.UnableToOpen as error:
        raise UnableToKeep("草稿打不开，请重新填写") from error
    told: dict[str, list[str]] = json.loads(body)
    return told


@transaction.atomic
def drop_draft(*, dwelling_id: Any, by: Scope, at: datetime) -> None:
    """Throw one's own draft of a dwelling away, and one's others that have expired."""
    own = EntryDraft.objects.in_scope(by).filter(user_id=by.user_id or 0)
    own.filter(Q(dwelling_id=dwelling_id) | Q(saved_at__lt=at - KEPT_FOR)).delete()


@transaction.atomic
def purge_drafts(*, by: Scope, at: datetime) -> int:
    """Throw away what nobody has gone on with for seven days; how many there were."""
    gone, _ = EntryDraft.objects.in_scope(by).expired(at).delete()
    return gone
