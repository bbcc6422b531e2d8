"""Whether an issue was agreed to be none, kept when its exception is over; when it was pressed for."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('quality', '0007_stock_by_day'),
    ]

    operations = [
        migrations.AddField(
            model_name='dataqualityissue',
            name='excused',
            field=models.BooleanField(db_default=False, default=False, verbose_name='曾确认无误'),
        ),
        migrations.AddField(
            model_name='dataqualityissue',
            name='reminded_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='催办时间'),
        ),
        migrations.AddField(
            model_name='dataqualityissue',
            name='reminded_by',
            field=models.CharField(blank=True, db_default='', default='', max_length=50, verbose_name='催办人'),
        ),
    ]
