"""What two quality rules and a metric look for among millions of rows of which they want few."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("residents", "0020_spot_checks")]

    operations = [
        AddIndexConcurrently(
            "identity",
            models.Index(
                fields=["resident"],
                include=["committee"],
                condition=~models.Q(as_printed=""),
                name="residents_as_printed",
            ),
        ),
        AddIndexConcurrently(
            "verification",
            models.Index(
                fields=["at"],
                include=["committee"],
                condition=models.Q(outcome="unchanged", user_id__isnull=False),
                name="residents_verified_at",
            ),
        ),
    ]
