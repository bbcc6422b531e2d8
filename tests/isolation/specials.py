"""What single tables need beyond a value of the right type, so that pages show their rows."""

import uuid
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

from permits.defaults import CODES
from portal.exchange.comparisons.models import Partner
from residents.spotchecks.drawing import packed
from tests.cast import DISTRICT

# Tables whose rows may belong to a street or to the district as well as to a committee.
ANY_UNIT = {
    "audit.AuditEvent", "jobs.Job", "jobs.JobChunk", "jobs.RowOutcome", "exchange.ImportBatch",
    "exchange.ImportRow", "exchange.ColumnMapping", "exchange.ComparisonRun",
    "exchange.ComparisonRow", "exchange.ComparedDifference", "exchange.Reconciliation",
    "exchange.BlankForm",
    "assessment.UnitSheet", "assessment.IndicatorValue", "assessment.Score", "assessment.Evidence",
    "assessment.ProcessEvent", "residents.SpotRound",
    "housing.KeyArea", "housing.Campaign",
    "residents.ResidentAppeal",
    "assessment.WorkPlan", "assessment.WorkPlanItem", "assessment.WorkPlanChange",
}  # fmt: skip
SPOT_RESULT = {
    "value": 0.9, "low": 0.85, "high": 0.95, "response": 0.91, "settled": 10, "drawn": 11,
    "cases": 30, "right": 27, "effective": 18.0, "effect": 1.7,
    "omission": 0.1, "erroneous": 0.05, "records": 29, "proven": 27,
    "error": 0.02, "all_wrong": 0.82, "all_right": 0.91,
}  # fmt: skip
WORK = ["accepted", "reviewing", "approved"]
RULES = ["R-150", "R-190", "R-191"]
PERMIT_RULE = f"{CODES[-1]} v1"
METRICS = ("actual_population", "freshness", "registered_population", "house_code_link")


def _person(row: Any) -> dict[str, Any]:
    return {
        "name": row.text(50), "name_key": f"a {row.text()}"[:160], "sex": "1", "category": "20",
        "birth_date": row.today.replace(year=1986, day=1), "nationality": "CHN",
        "id_mask": f"319999********{row.n:04d}", "id_tail": f"{row.n:04d}",
        "created_by": "登记员", "updated_by": "登记员", "guardian_id": None,
    }  # fmt: skip


def _episode(row: Any) -> dict[str, Any]:
    ended = row.n % 4 == 3
    person = {
        key: _person(row)[key]
        for key in ("name", "name_key", "sex", "birth_date", "id_mask", "id_tail", "category")
    }
    return person | {
        "begin_on": row.today - timedelta(days=400),
        "registered_on": row.today - timedelta(days=399),
        "verified_on": row.today - timedelta(days=100 * (row.n % 2) + 1), "verified_method": "V1",
        "due_on": row.today + timedelta(days=80 - 100 * (row.n % 2)), "occupancy": "2",
        "reason": "01", "tenancy_role": "1", "relation": "01", "cancelled_on": None,
        "status": "ended" if ended else "active", "end_reason": "02" if ended else "",
        "end_on": row.today - timedelta(days=5) if ended else None,
    }  # fmt: skip


def _dwelling(row: Any) -> dict[str, Any]:
    return {
        "floor": 1, "occupants": 1, "households": 1, "occupancy": "2",
        "short_address": row.text(60),
        "house_code": f"{row.unit}{row.n:04d}", "code_state": "final",
        "verified_on": row.today - timedelta(days=9), "verified_method": "V1",
    }  # fmt: skip


def _lease(row: Any) -> dict[str, Any]:
    filed = row.n % 2 == 1
    return {
        "starts_on": row.today - timedelta(days=360), "ends_on": row.today + timedelta(days=5),
        "file_by": row.today - timedelta(days=330), "ended_on": None, "version": 1,
        "filing_no": row.text(40) if filed else "", "filed_on": row.today if filed else None,
    }  # fmt: skip


def _campaign(row: Any) -> dict[str, Any]:
    return {
        "ends_on": row.today + timedelta(days=9), "member_ids": [1, 2], "area_ids": [],
        "state": ("draft", "running")[row.n % 2], "planned_by": 1, "summary": "",
        "decided_by": 2 if row.n % 2 else None, "due_on": row.today,
    }  # fmt: skip


def _finding(row: Any) -> dict[str, Any]:
    return {
        "kind": "other", "visitor_ids": [1, 2], "badge_shown": True, "state": "open",
        "due_on": row.today, "found_by": 1,
    }  # fmt: skip


def _referral(row: Any) -> dict[str, Any]:
    return {
        "number": f"{row.word}{row.unit}-{row.n}", "returned_reason": "", "feedback": "",
        "due_on": row.today, "feedback_due": row.today, "receipt_due": row.today,
    }  # fmt: skip


def _case(row: Any) -> dict[str, Any]:
    state, stamp = WORK[row.n % 3], row.at() - timedelta(days=3)
    reviewed = state == "approved"
    return {
        "case_no": f"{row.unit}{row.n:03d}", "state": state, "accepted_at": stamp,
        "due_on": row.today + timedelta(days=5), "accepted_by": 1, "kind": "new",
        "reviewed_by": 2 if reviewed else None, "reviewed_at": stamp if reviewed else None,
        "review_result": "pass" if reviewed else "",
        "decided_by": 3 if reviewed else None, "decided_at": stamp if reviewed else None,
        "refusal_reason": "", "remedy": "", "missing_items": [], "rule": PERMIT_RULE,
    }  # fmt: skip


def _permit(row: Any) -> dict[str, Any]:
    return {
        "issued_on": row.today - timedelta(days=10), "status": "valid",
        "first_issued_on": row.today - timedelta(days=10), "cancel_reason": "",
        "valid_to": row.today + timedelta(days=355), "rule": PERMIT_RULE,
    }  # fmt: skip


def _issue(row: Any) -> dict[str, Any]:
    return {
        "rule": RULES[row.n % 3], "object_id": row.key("residents.Residence"),
        "residence_id": row.key("residents.Residence"),
        "dwelling_id": row.key("housing.DwellingUnit"), "first_seen_run": None,
        "due_on": row.today + timedelta(days=3),
    }  # fmt: skip


def _collector(row: Any) -> dict[str, Any]:
    return {
        "status": "appointed", "appointed_on": row.today - timedelta(days=90),
        "confidentiality_signed_on": row.today - timedelta(days=91),
        "staff_no": f"{row.unit % 1_000_000}-{row.n}", "badge_no": f"{row.unit}{row.n}",
        "fte": 1,
    }  # fmt: skip


def _event(row: Any) -> dict[str, Any]:
    return {
        "action": "residents.viewed", "result": "ok", "actor_unit": row.unit,
        "target_type": "residents.resident", "target_id": str(row.key("residents.Resident")),
        "subjects": [row.key("residents.Resident")], "purpose": "", "changes": {},
        "at": row.at() - timedelta(days=1, minutes=row.n),
    }  # fmt: skip


def _indicator(row: Any) -> Any:
    return row.key("assessment.Indicator", unit=0)


def _cycle(today: date) -> dict[str, Any]:
    return {
        "unit_id": DISTRICT, "year": today.year, "stage": "self_assessed", "level": "street",
        "grades": [],
        "stage_since": today - timedelta(days=3), "freeze_on": today - timedelta(days=30),
        "self_from": today - timedelta(days=20), "self_to": today - timedelta(days=4),
        "review_to": today + timedelta(days=9), "final_by": today + timedelta(days=30),
        "run_id": uuid.UUID(int=0), "snapshot_on": today, "computed_at": _midnight(today),
    }  # fmt: skip


def _midnight(today: date) -> datetime:
    return datetime.combine(today, time(), timezone.get_current_timezone())


def _run(today: date) -> dict[str, Any]:
    midnight = _midnight(today)
    return {
        "kind": "preview", "unit_id": DISTRICT, "as_of": today, "state": "published",
        "requested_at": midnight, "measured_at": midnight, "published_at": midnight,
        "confirmed_at": None, "failed_at": None,
    }  # fmt: skip


#: Tables with one row per unit and what it hangs on, whatever the plot says.
ONE_PER_UNIT = {"assessment.UnitSheet", "housing.CodeCheck"}
#: Tables whose row stands between two rows of another, the one of its number and the next.
BETWEEN_TWO = {"residents.ResidentMerge"}
#: No plot has more rows: as many indicators stand ready for scores.
MOST_ROWS = 5

SPECIALS: dict[str, Callable[[Any], dict[str, Any]]] = {
    "audit.AuditEvent": _event,
    "residents.Resident": _person,
    "residents.Residence": _episode,
    "residents.Verification": lambda row: {"method": "V1", "outcome": "unchanged"},
    "residents.Identity": lambda row: {"doc_type": "111", "mask": f"319999********{row.n:04d}"},
    # The other side stands above all committees, so that what is planted in one is nobody else's.
    "residents.Transfer": lambda row: {
        "holder_id": DISTRICT, "decider_id": DISTRICT, "category": "20", "method": "V1",
    },
    "residents.Lead": lambda row: {
        "channel": "01", "assigned_to": "", "closed_by": "", "result": "", "post_id": None,
        "building_id": None, "assigned_id": None,
    },
    "residents.CorrectionRequest": lambda row: {
        "answer": "", "decided_by": "", "received_on": row.today, "result": "",
        "due_on": row.today + timedelta(days=15), "decided_where": "",
    },
    "residents.SpotRound": lambda row: {
        "state": "published", "published_at": row.at(), "drawn_at": row.at(), "design": {},
        "as_of": row.today - timedelta(days=20), "field_from": row.today - timedelta(days=19),
        "field_to": row.today - timedelta(days=6), "result": SPOT_RESULT, "plan": {},
        "frame": packed(()), "cancelled_at": None, "cancelled_by": "", "cancel_reason": "",
    },
    "residents.SpotItem": lambda row: {
        "disclosed": True, "verifier": "", "outcome": "vacant", "stratum": "own", "records": 9,
        "number": row.n + 1, "as_of": row.today - timedelta(days=20), "visits": [],
        "field_checks": {},
    },
    "residents.SpotPerson": lambda row: {
        "disclosed": True, "degree": "none", "right": False, "sex": "1", "tail": "",
        "category": "", "verdicts": [],
    },
    "residents.SpotPlace": lambda row: {
        "disclosed": True, "told_on": row.today, "noted_on": row.today, "what": "shed",
        "verifier": "",
    },
    "residents.ResidenceProof": lambda row: {
        "kind": "living", "facts": ["episode"], "state": "asked", "number": "",
        "due_on": row.today + timedelta(days=3), "lives_since": row.today, "issued_on": None,
        "issued_by_id": None, "issued_by": "", "valid_until": None, "reason": "",
        "ended_on": None, "ended_by": "",
    },
    "residents.NewcomerService": lambda row: {
        "handed_on": row.today, "form": "paper", "language": "zh",
    },
    "residents.ResidentAppeal": lambda row: {
        "received_on": row.today, "due_on": row.today + timedelta(days=15), "state": "received",
        "against": "nobody", "against_user": None, "against_name": "", "handler_id": None,
        "handler": "", "result": "", "reply": "", "answered_at": None, "answered_on": None,
        "answered_by": "",
    },
    "residents.CollectionTask": lambda row: {
        "kind": "verify", "why": "hand", "reason": row.text(60), "state": "open",
        "residence_id": None, "assigned_id": None, "assigned_to": "", "withdrawn_for": "",
        "made_on": row.today, "due_on": row.today + timedelta(days=3), "ended_at": None,
        "ended_on": None, "ended_by": "",
    },
    "residents.BuildingNotice": lambda row: {"revoked_by": ""},
    "residents.ResidentMerge": lambda row: {
        "kept_id": row.key("residents.Resident"),
        "dropped_id": row.key("residents.Resident", row.n + 1), "undone_by": "",
    },
    "residents.Household": lambda row: {"closed_on": None},
    "residents.PastMembership": lambda row: {
        "valid_from": row.today - timedelta(days=300), "valid_to": row.today,
        "act": "split", "relation": "02",
    },
    "housing.Building": lambda row: {
        "storeys": 6, "dwelling_count": 1, "use": "10", "code_block": f"{row.n:04d}",
    },
    "housing.Estate": lambda row: {"built_from": 1996, "built_to": None, "ended_on": None},
    "housing.CodeCheck": lambda row: {"month": row.today.replace(day=1)},
    "housing.CodeException": lambda row: {
        "month": row.today.replace(day=1), "kind": "missing",
        "request_id": row.key("housing.HouseCodeRequest"),
    },
    "housing.DwellingUnit": _dwelling,
    "housing.Lease": _lease,
    "housing.Room": lambda row: {"label": row.text(20), "closed_on": None},
    "housing.GroupRentalDecision": lambda row: {"visitor_ids": [1, 2], "badge_shown": True},
    "housing.KeyArea": lambda row: {"until": None, "cycle_days": 30, "review_by": row.today},
    "housing.Campaign": _campaign,
    "housing.Finding": _finding,
    "housing.FindingPhoto": lambda row: {  # deleted, so that no file is looked for
        "finding_id": row.key("housing.Finding"), "dwelling_id": row.key("housing.DwellingUnit"),
        "stored_file": "", "removed_at": row.at(), "removed_by": row.text(50),
        "remove_reason": row.text(200),
    },
    "housing.EnforcementSite": lambda row: {
        "state": "found", "due_on": row.today, "child_placement": "", "resettlement": "",
    },
    "housing.Referral": _referral,
    "housing.LegalityDetermination": lambda row: {
        "basis_on": row.today - timedelta(days=30), "review_asked_on": row.today,
    },
    "permits.PermitApplication": _case,
    "permits.PermitMaterial": lambda row: {"kind": "document", "received_by_name": ""},
    "permits.ResidencePermit": _permit,
    "quality.DataQualityIssue": _issue,
    "staffing.Collector": _collector,
    "jobs.Job": lambda row: {
        "kind": "import.check", "chunk_count": 1, "chunks_done": 1, "state": "done",
    },
    "exchange.ImportBatch": lambda row: {"kind": "residents", "state": "done"},
    "exchange.ComparisonRun": lambda row: {
        "kind": "people", "state": "done", "kept_until": row.today + timedelta(days=9),
        "asked_by": 1, "query": "", "counts": {"only_here": row.n},
    },
    "exchange.ComparisonRow": lambda row: {
        "result": "only_here", "line": None, "located": True, "key_id": "", "matched_by": "",
        "target_id": row.key("residents.Resident"), "lead_id": row.key("residents.Lead"),
    },
    "exchange.Reconciliation": lambda row: {
        "kind": "people", "partner": Partner.values[row.n % len(Partner.values)],
        "finished_on": row.today, "same": row.n, "records": row.n + 3,
    },
    "exchange.BlankForm": lambda row: {
        "kind": "residents", "header_row": 2, "headers": ["序号", "姓名"],
        "mapping": [None, "name"], "is_mapped": True, "removed_at": None,
        "sealed": b"", "top": b"", "notes": [],
    },
    "metrics.MetricValue": lambda row: {
        "metric": METRICS[row.n % 4], "numerator": row.n + 1, "denominator": row.n + 2,
    },
    "statistics.PopulationCell": lambda row: {"category": "20", "age_from": 5 * row.n},
    "statistics.ShownCount": lambda row: {
        "month": (row.today.replace(day=1) - timedelta(days=1)).replace(day=1),
        "first": "age", "first_value": str(5 * row.n), "second": "", "second_value": "",
    },
    "usage.SystemUsage": lambda row: {"source": "file", "sessions": row.n + 1},
    "assessment.UnitSheet": lambda row: {"submitted_at": row.at(), "state": "reviewing"},
    "assessment.IndicatorValue": lambda row: {"indicator_id": _indicator(row)},
    "assessment.Score": lambda row: {
        "state": "claimed", "final": None, "indicator_id": _indicator(row), "self_claimed": 2,
    },
    "assessment.WorkPlan": lambda row: {
        "year": row.today.year - row.n, "state": "approved", "written_by": 1, "decided_by": 2,
        "writer_ids": [1],
    },
    # In force: units outside of the one that made the plan would see its items too.
    "assessment.WorkPlanItem": lambda row: {
        "plan_unit_id": row.unit, "plan_state": "approved", "year": row.today.year, "number": 1,
        "due_on": row.today - timedelta(days=row.n % 2), "moved": 0, "metric": "",
        "state": "planned", "evidence": "", "not_done_for": "", "settled_by": "",
    },
}  # fmt: skip

SHARED: dict[str, Callable[[date], list[dict[str, Any]]]] = {
    "exchange.DataUseScenario": lambda today: [
        {"title": "来沪人员核对", "kind": "people", "fields": ["name", "document_number"],
         "roles": ["committee_security", "street_staff", "district_admin"], "kept_days": 30,
         "closed_on": None, "closed_by": ""}
    ],
    "metrics.MetricRun": lambda today: [_run(today)],
    "assessment.AssessmentCycle": lambda today: [_cycle(today)],
    "assessment.Indicator": lambda today: [
        {"code": f"A{n}", "position": n, "family": "A", "family_title": "采集", "title": f"指标{n}",
         "weight": 5, "reading": "percent", "evidence_kind": "manual", "clause": "一",
         "scoring": {"type": "binary", "from": 1}}
        for n in range(MOST_ROWS)
    ],
}  # fmt: skip
