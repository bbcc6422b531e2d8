"""A street's cases are counted from the index alone: row-level security asks for each one's unit."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("permits", "0003_cases_of_a_residence")]

    operations = [
        AddIndexConcurrently(
            model_name="permitapplication",
            index=models.Index(
                fields=["street_id", "-applied_on", "-id"],
                include=["committee"],
                name="permits_of_street_walled",
            ),
        ),
        RemoveIndexConcurrently(model_name="permitapplication", name="permits_of_street"),
    ]
