"""What the check of a row said lies beside its cells, so that these are written once."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("exchange", "0004_export_walls")]
    operations = [
        migrations.AddField("importrow", "told", models.BinaryField(default=b"", db_default=b"")),
    ]
