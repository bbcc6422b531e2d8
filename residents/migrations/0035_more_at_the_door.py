"""Reverse checks ask for the month of moving in and the end of the telephone too."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("residents", "0034_collection_tasks")]

    operations = [
        migrations.AddField(
            model_name="spotitem",
            name="asks_more",
            field=models.BooleanField(
                db_default=False, default=False, verbose_name="另问入住年月和手机"
            ),
        ),
        migrations.AddField(
            model_name="spotperson",
            name="since",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=7, verbose_name="入住年月"
            ),
        ),
        migrations.AddField(
            model_name="spotperson",
            name="phone",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=4, verbose_name="手机末四位"
            ),
        ),
    ]
