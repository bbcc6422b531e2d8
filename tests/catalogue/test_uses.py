"""What the catalogue says of a field is read out of the declarations themselves."""

import pytest

from portal.catalogue.columns import columns
from portal.desk.catalogue.uses import uses
from portal.exchange.exports.kinds import export_kinds
from portal.metrics.registry import metrics
from portal.quality.registry import quality_rules

pytestmark = [pytest.mark.django_db, pytest.mark.paper("S-140")]


def test_metrics_stand_at_the_fields_that_their_parts_read():
    found = uses().metrics
    assert "freshness" in found["residents.Residence", "due_on"]
    assert "house_code_link" in found["residents.Residence", "code_final"]
    assert "collector_ratio" in found["staffing.Collector", "fte"]
    # what the formula names and what its conditions read, and nothing that it does not
    assert "freshness" not in found["residents.Residence", "phone_mask"]
    assert "registration_rate" in found["residents.SpotItem", "weight"]


def test_rules_stand_at_the_fields_that_decide_them():
    found = uses().rules
    assert "R-150" in found["residents.Resident", "guardian_id"]
    assert "R-090" in found["housing.DwellingUnit", "house_code"]
    assert "R-090" not in found["housing.DwellingUnit", "floor_area"]


def test_files_stand_at_the_fields_whose_values_they_hand_on():
    found = uses().files
    assert ("residents", "number") in found["residents.Residence", "id_mask"]
    assert ("residents", "age") in found["residents.Residence", "birth_date"]
    assert ("residents", "full_address") in found["housing.DwellingUnit", "address"]
    assert ("dwellings", "floor_area") in found["housing.DwellingUnit", "floor_area"]


def test_a_count_hands_on_none_of_the_values_that_it_counts_by():
    found = uses().files
    assert "ledger_buildings" not in {kind for kind, _ in found["residents.Residence", "category"]}
    assert ("estates", "dwellings") in found["housing.Building", "dwelling_count"]


def test_every_measured_metric_and_every_rule_that_runs_is_somewhere():
    known = uses()
    seen = {key for keys in known.metrics.values() for key in keys}
    assert {metric.key for metric in metrics().values() if metric.is_measured} - seen == set()
    asked = {key for keys in known.rules.values() for key in keys}
    assert {rule.key for rule in quality_rules().values() if rule.is_run} - asked == set()


def test_every_field_that_is_used_is_in_the_catalogue():
    known = uses()
    used = {*known.metrics, *known.rules, *known.files}
    assert used <= set(columns())


def test_no_list_hands_on_a_whole_number_or_a_ciphertext():
    sealed = {"cipher", "sealed", "blind_index", "phone_index"}
    assert not [key for key in uses().files if key[1] in sealed]
    assert set(export_kinds()) == {kind for users in uses().files.values() for kind, _ in users}
