"""Whether a case hangs on an episode is looked up, not searched for in all cases.

Undoing an import read every case of the district for each episode that it took away.
"""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("permits", "0002_walls")]

    operations = [
        AddIndexConcurrently(
            model_name="permitapplication",
            index=models.Index(fields=["residence"], name="permits_of_residence"),
        ),
    ]
