"""A key by which estates sort as people count them; the release before leaves it blank."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("housing", "0019_code_checks")]

    operations = [
        migrations.AddField(
            model_name="estate",
            name="sort_key",
            field=models.CharField(
                blank=True, db_collation="C", db_default="", default="", max_length=300
            ),
        ),
    ]
