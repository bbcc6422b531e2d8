"""The district's list of people in address order had no index of its own."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("residents", "0005_reveals")]

    operations = [
        AddIndexConcurrently(
            model_name="residence",
            index=models.Index(
                condition=models.Q(("status", "active")), fields=["address_key", "id"],
                include=("committee",), name="res_address",
            ),
        ),
    ]
