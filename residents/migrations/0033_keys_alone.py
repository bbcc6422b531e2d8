"""Indexes that tell by themselves who has an episode, and how many give a number (R-050, R-250)."""

import django.db.models.deletion
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models

PLAIN = "residents_residence_resident_id_214170ea"


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("residents", "0032_unlisted_places")]
    operations = [
        AddIndexConcurrently(
            model_name="residence",
            index=models.Index(
                fields=["resident"], include=["committee", "status"], name="res_resident"
            ),
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    f"DROP INDEX CONCURRENTLY IF EXISTS {PLAIN}",
                    f"CREATE INDEX CONCURRENTLY {PLAIN} ON residents_residence (resident_id)",
                ),
            ],
            state_operations=[
                migrations.AlterField(
                    model_name="residence",
                    name="resident",
                    field=models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT,
                        related_name="residences", to="residents.resident",
                    ),
                ),
            ],
        ),
        AddIndexConcurrently(
            model_name="resident",
            index=models.Index(
                condition=models.Q(("phone_index__isnull", False)), fields=["phone_index"],
                include=("committee",), name="residents_by_number",
            ),
        ),
        RemoveIndexConcurrently(model_name="resident", name="residents_by_phone"),
    ]  # fmt: skip
