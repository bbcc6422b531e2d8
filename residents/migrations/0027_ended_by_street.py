"""Who left a street: a run that is divided by street reads each street's rows only."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("residents", "0026_newcomers")]

    operations = [
        AddIndexConcurrently(
            "residence",
            models.Index(
                fields=["street_id", "end_on"],
                include=["committee"],
                condition=models.Q(status="ended"),
                name="res_street_ended",
            ),
        ),
    ]
