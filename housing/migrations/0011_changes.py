"""Which dwellings of a committee changed since a moment, for systems that follow them, from an index."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("housing", "0010_campaigns")]

    operations = [
        AddIndexConcurrently(
            "dwellingunit",
            models.Index(fields=["committee", "updated_at", "id"], name="housing_changed"),
        ),
    ]
