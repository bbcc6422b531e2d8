"""Whoever asks and whatever is killed: a month is closed once."""

from django.db import migrations, models

CONSTRAINT = models.UniqueConstraint(
    fields=["as_of"],
    condition=models.Q(kind="monthly", state="published"),
    name="metrics_one_close_a_month",
    violation_error_message="这个月已经月结",
)
MAKE = """
CREATE UNIQUE INDEX CONCURRENTLY metrics_one_close_a_month ON metrics_metricrun (as_of)
WHERE kind = 'monthly' AND state = 'published'
"""
DROP = "DROP INDEX CONCURRENTLY metrics_one_close_a_month"


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("metrics", "0003_closes")]
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(MAKE, DROP)],
            state_operations=[migrations.AddConstraint("metricrun", CONSTRAINT)],
        )
    ]
