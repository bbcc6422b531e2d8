"""Leases that stand, by their last day, of a street and of the district (keyset)."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("housing", "0022_estates_in_order")]

    operations = [
        AddIndexConcurrently(
            model_name="lease",
            index=models.Index(
                condition=models.Q(("state", "active")), fields=["street_id", "ends_on", "id"],
                include=["committee"], name="housing_standing_street",
            ),
        ),
        AddIndexConcurrently(
            model_name="lease",
            index=models.Index(
                condition=models.Q(("state", "active")), fields=["ends_on", "id"],
                include=["committee"], name="housing_standing_district",
            ),
        ),
    ]
