"""The new conditions hold for every issue there is."""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [("quality", "0004_issue_life")]

    operations = [
        ValidateConstraint("dataqualityissue", name="quality_closed_with_state"),
        ValidateConstraint("dataqualityissue", name="quality_excepted_until"),
        ValidateConstraint("dataqualityissue", name="quality_assigned_to_somebody"),
        ValidateConstraint("dataqualityissue", name="quality_asked_with_reason"),
    ]
