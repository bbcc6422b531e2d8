"""An index of what one rule has found lately."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('quality', '0008_excused_and_reminded'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='dataqualityissue',
            index=models.Index(fields=['rule', 'detected_on'], include=('committee',), name='quality_of_rule'),
        ),
    ]
