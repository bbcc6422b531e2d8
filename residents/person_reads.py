"""What a person's page reads, in statements that are written once (`portal.orgs.prepared`).

Most people were never merged, never asked for a correction or a proof and have no twin: the record
says with itself whether there is any of these, and only then are they read.
"""

from datetime import date
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.db.models.lookups import Exact

from portal.orgs.prepared import Prepared
from portal.orgs.scope import Scope
from residents.grid import PLACE_FIELDS
from residents.models import (
    CorrectionRequest,
    Residence,
    ResidenceProof,
    Resident,
    ResidentMerge,
    Verification,
)

MOST_SHOWN = 20


@Prepared
def people(scope: Scope, may_merge: bool, *, resident: UUID) -> QuerySet[Resident]:
    """One record with what there is beside it.

    `was_merged`, `has_asked` (for corrections), `has_proofs` (of where they live) and, for whoever
    may merge, `has_twin`: a record that is probably the same person, as `services.twins_of` finds
    it.
    """
    # of a given key no row is found as a rule, and the policy has nothing to be worked out for; by
    # the record's own column PostgreSQL would gather all requests in scope first
    merges = ResidentMerge.objects.in_scope(scope).standing().concerning(resident)
    asked = CorrectionRequest.objects.in_scope(scope).filter(resident=resident)
    proofs = ResidenceProof.objects.in_scope(scope).filter(resident=resident)
    twins = Residence.objects.in_scope(scope).actual().filter(
        Q(id_mask="") | Q(Exact(OuterRef("id_mask"), Value(""))),
        committee_id=OuterRef("committee_id"), name_key=OuterRef("name_key"),
        name=OuterRef("name"), birth_date=OuterRef("birth_date"), sex=OuterRef("sex"),
    ).exclude(resident_id=OuterRef("pk"))  # fmt: skip
    return Resident.objects.in_scope(scope).filter(pk=resident).annotate(
        was_merged=Exists(merges), has_asked=Exists(asked), has_proofs=Exists(proofs),
        has_twin=Exists(twins) if may_merge else Value(value=False),
    )  # fmt: skip


@Prepared
def names(scope: Scope, *, resident: UUID) -> QuerySet[Resident]:
    """Somebody's name alone."""
    return Resident.objects.in_scope(scope).filter(pk=resident).only("name")


@Prepared
def episodes(scope: Scope, *, resident: UUID) -> QuerySet[Residence]:
    """Somebody's episodes, the latest first."""
    rows = Residence.objects.in_scope(scope).filter(resident=resident)
    return rows.exclude(status=Residence.Status.VOID).order_by("-begin_on", "-id")


@Prepared
def living_with(scope: Scope, *, resident: UUID, dwelling: UUID) -> QuerySet[Residence]:
    """Who else lives in the dwelling today, as far as a person's page tells of them."""
    return others_at(Residence.objects.in_scope(scope).open(), resident, dwelling)


def others_at(rows: QuerySet[Residence], resident: UUID, dwelling: UUID) -> QuerySet[Residence]:
    """Of these episodes those of others at the dwelling, with what tells who they are."""
    shown = rows.only(
        "name", "resident_id", "birth_date", "sex", "category", "household_id", *PLACE_FIELDS
    )
    return shown.filter(dwelling_id=dwelling).exclude(resident=resident).order_by("id")


@Prepared
def visits(scope: Scope, *, until: date, **residences: UUID) -> QuerySet[Verification]:
    """The latest visits to these episodes up to a day."""
    rows = Verification.objects.in_scope(scope).filter(
        residence_id__in=list(residences.values()), verified_on__lte=until
    )
    return rows.order_by("-id")[:MOST_SHOWN]
