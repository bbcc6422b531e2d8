"""The counts over a committee's list of people come from one index, a fourth of the time."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("residents", "0008_old_reveal_door")]

    operations = [
        AddIndexConcurrently(
            model_name="residence",
            index=models.Index(
                condition=models.Q(("status", "active")), fields=["committee", "due_on", "id"],
                include=("category", "is_primary", "birth_date", "phone_mask"),
                name="res_committee_counts",
            ),
        ),
        RemoveIndexConcurrently(model_name="residence", name="res_committee_due"),
    ]
