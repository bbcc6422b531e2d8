"""An index of people who came to Shanghai, by the day they were registered."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("residents", "0035_more_at_the_door")]
    operations = [
        AddIndexConcurrently(
            model_name="residence",
            index=models.Index(
                fields=["committee", "registered_on", "id"],
                condition=models.Q(("status", "active"), ("category", "20"), ("is_primary", True)),
                name="res_newcomers",
            ),
        ),
    ]
