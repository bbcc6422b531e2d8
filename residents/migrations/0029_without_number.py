from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("residents", "0028_changes")]
    operations = [
        AddIndexConcurrently(
            model_name="residence",
            index=models.Index(
                condition=models.Q(("id_mask", ""), ("is_primary", True)),
                fields=["committee", "name_key"], name="res_no_number",
            ),
        ),
    ]  # fmt: skip
