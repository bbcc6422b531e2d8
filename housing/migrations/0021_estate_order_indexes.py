"""Estates of a committee, a street and the district in the order people count them (keyset)."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("housing", "0020_estate_order")]

    operations = [
        AddIndexConcurrently(
            model_name="estate",
            index=models.Index(
                fields=["committee", "sort_key", "id"], name="housing_estates_in_order"
            ),
        ),
        AddIndexConcurrently(
            model_name="estate",
            index=models.Index(
                fields=["street_id", "sort_key", "id"], name="housing_estates_of_street"
            ),
        ),
        AddIndexConcurrently(
            model_name="estate",
            index=models.Index(
                fields=["sort_key", "id"], include=["committee"],
                name="housing_estates_of_district",
            ),
        ),
    ]
