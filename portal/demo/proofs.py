"""Residence proofs of the home committee, in all states: asked by a clerk, signed by the lead."""

from datetime import datetime
from uuid import UUID

from portal.demo import cast
from portal.demo.diary import Diary
from portal.orgs.scope import Scope
from residents import services
from residents.models import Residence

CLERK, LEAD = "zhoumin", "zhengyuan"
#: What was asked: kind, purpose, what was checked, days ago, and how it ended with its reason.
ASKED: tuple[tuple[str, str, tuple[str, ...], int, str, str], ...] = (
    ("permit", "街道社区事务受理服务中心", ("episode", "lease"), 1, "", ""),
    ("living", "子女入园报名", ("episode", "visit"), 6, "issued", ""),
    ("permit", "街道社区事务受理服务中心", ("episode", "owner"), 44, "issued", ""),
    ("living", "水务公司办理过户", ("episode", "title"), 12, "revoked", "产权人来说明房屋已出售"),
    ("permit", "街道社区事务受理服务中心", ("episode",), 9, "refused", "租赁合同上的地址不符"),
)  # fmt: skip


def plan(diary: Diary) -> None:
    """Enter the proofs into the diary."""
    people = Residence.objects.using("owner").under(cast.HOME).actual().exclude(id_mask="")
    for place, person in enumerate(people.order_by("name_key", "id")[4 : 4 + len(ASKED)]):
        _plan(diary, person, place)


def _plan(diary: Diary, person: Residence, place: int) -> None:
    kind, purpose, facts, back, ends, reason = ASKED[place]
    keys: list[UUID] = []

    def ask(by: Scope, at: datetime) -> None:
        told = services.ProofAsked(kind=kind, purpose=purpose, facts=facts)
        row = services.ask_proof(resident_id=person.resident_id, asked=told, by=by, at=at)
        keys.append(row.pk)

    def issue(by: Scope, at: datetime) -> None:
        services.issue_proof(proof_id=keys[0], by=by, at=at)

    def refuse(by: Scope, at: datetime) -> None:
        services.refuse_proof(proof_id=keys[0], reason=reason, by=by, at=at)

    def revoke(by: Scope, at: datetime) -> None:
        services.revoke_proof(proof_id=keys[0], reason=reason, by=by, at=at)

    diary.enter_back(CLERK, ask, back)
    if ends == "refused":
        diary.enter_back(LEAD, refuse, back - 1)
    elif ends:
        diary.enter_back(LEAD, issue, back - 1)
    if ends == "revoked":
        diary.enter_back(LEAD, revoke, back - 3)
    diary.counts["residents.ResidenceProof"] += 1
