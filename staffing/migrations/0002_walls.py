"""Row-level security of staffing, and the keys that hold a patch, its lead and its buildings in one committee."""

from django.db import migrations

from portal.orgs.rls import protect

TABLES = ("collector", "collectorstatusevent", "workarea", "workareabuilding")
SAME_COMMITTEE = {
    "staffing_area_led_from_within": (
        "staffing_workarea", "lead_collector_id", "staffing_collector",
    ),
    "staffing_building_of_its_area": (
        "staffing_workareabuilding", "area_id", "staffing_workarea",
    ),
    "staffing_building_of_its_committee": (
        "staffing_workareabuilding", "building_id", "housing_building",
    ),
}


def tie(name: str, table: str, column: str, target: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"ALTER TABLE {table} ADD CONSTRAINT {name}"
        f" FOREIGN KEY ({column}, committee_id) REFERENCES {target} (id, committee_id)"
        " ON UPDATE CASCADE DEFERRABLE INITIALLY IMMEDIATE",
        f"ALTER TABLE {table} DROP CONSTRAINT {name}",
    )


class Migration(migrations.Migration):
    dependencies = [("staffing", "0001_initial"), ("orgs", "0002_scope_functions")]
    operations = [
        *[protect(f"staffing_{name}") for name in TABLES],
        *[tie(name, *parts) for name, parts in SAME_COMMITTEE.items()],
    ]
