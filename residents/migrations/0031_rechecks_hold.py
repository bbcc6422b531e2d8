"""The new conditions hold for every round there is."""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [("residents", "0030_rechecks")]

    operations = [
        ValidateConstraint("spotround", name="residents_spot_drawn_complete"),
        ValidateConstraint("spotround", name="residents_spot_recheck_never_counts"),
        ValidateConstraint("spotround", name="residents_spot_cancelled_whole"),
    ]
