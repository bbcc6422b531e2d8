"""Which people of a committee changed since a moment, for systems that follow them, from an index."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("residents", "0027_ended_by_street")]

    operations = [
        AddIndexConcurrently(
            "resident",
            models.Index(fields=["committee", "updated_at", "id"], name="residents_changed"),
        ),
    ]
