"""A building is in an estate of its own committee: from now on, whoever writes."""

from django.db import migrations

SAME_COMMITTEE = """
ALTER TABLE housing_building ADD CONSTRAINT housing_building_in_estate
FOREIGN KEY (estate_id, committee_id) REFERENCES housing_estate (id, committee_id)
ON UPDATE CASCADE DEFERRABLE INITIALLY IMMEDIATE NOT VALID
"""


class Migration(migrations.Migration):
    dependencies = [("housing", "0015_buildings_of_estate")]

    operations = [
        migrations.RunSQL(
            SAME_COMMITTEE,
            "ALTER TABLE housing_building DROP CONSTRAINT housing_building_in_estate",
        ),
    ]
