"""A building is in an estate of its own committee: looked at for the rows that were there before."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("housing", "0017_estates_named")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE housing_building VALIDATE CONSTRAINT housing_building_in_estate",
            migrations.RunSQL.noop,
        ),
    ]
