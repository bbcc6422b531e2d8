"""A room number above a committee was looked for in every building."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("housing", "0003_code_blocks")]

    operations = [
        AddIndexConcurrently(
            model_name="dwellingunit",
            index=models.Index(
                fields=["street_id", "room_no", "address_key", "id"], include=("committee",),
                name="housing_rooms_of_street",
            ),
        ),
        AddIndexConcurrently(
            model_name="dwellingunit",
            index=models.Index(
                fields=["room_no", "address_key", "id"], include=("committee",),
                name="housing_rooms",
            ),
        ),
    ]
