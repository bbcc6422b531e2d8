"""Row-level security of housing, and the key that ties a dwelling to its building's committee."""

from django.db import migrations

from portal.orgs.rls import protect

TABLES = ("addressplate", "building", "dwellingunit", "housecodeevent")
SAME_COMMITTEE = """
ALTER TABLE housing_dwellingunit ADD CONSTRAINT housing_dwelling_in_building
FOREIGN KEY (building_id, committee_id) REFERENCES housing_building (id, committee_id)
ON UPDATE CASCADE DEFERRABLE INITIALLY IMMEDIATE
"""


class Migration(migrations.Migration):
    dependencies = [("housing", "0001_initial"), ("orgs", "0002_scope_functions")]
    operations = [
        *[protect(f"housing_{name}") for name in TABLES],
        migrations.RunSQL(
            SAME_COMMITTEE,
            "ALTER TABLE housing_dwellingunit DROP CONSTRAINT housing_dwelling_in_building",
        ),
    ]
