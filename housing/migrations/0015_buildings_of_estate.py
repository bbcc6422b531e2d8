"""The buildings of an estate, from an index."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("housing", "0014_estates")]

    operations = [
        AddIndexConcurrently(
            "building",
            models.Index(condition=models.Q(('estate__isnull', False)), fields=['estate', 'sort_key'], name='housing_buildings_of_estate'),
        ),
    ]
