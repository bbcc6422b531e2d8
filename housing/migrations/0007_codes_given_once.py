"""A house code is given once: numbers that were given again to the same dwelling are told apart."""

from django.db import migrations, models

GIVEN_AGAIN = """
UPDATE housing_housecodeevent AS later SET kind = 'restore'
FROM housing_housecodeevent AS earlier
WHERE later.kind IN ('assign', 'correct') AND later.new_code <> ''
    AND earlier.kind IN ('assign', 'correct') AND earlier.new_code = later.new_code
    AND (earlier.at, earlier.id) < (later.at, later.id)
"""
INDEX = """
CREATE UNIQUE INDEX CONCURRENTLY housing_code_given_once ON housing_housecodeevent (new_code)
WHERE (kind = 'assign' OR kind = 'correct') AND NOT new_code = ''
"""


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("housing", "0006_code_requests")]

    operations = [
        migrations.RunSQL(GIVEN_AGAIN, migrations.RunSQL.noop),
        migrations.RunSQL(
            INDEX,
            "DROP INDEX CONCURRENTLY housing_code_given_once",
            state_operations=[
                migrations.AddConstraint(
                    model_name="housecodeevent",
                    constraint=models.UniqueConstraint(condition=models.Q(models.Q(('kind', 'assign'), ('kind', 'correct'), _connector='OR'), models.Q(('new_code', ''), _negated=True)), fields=('new_code',), name='housing_code_given_once', violation_error_message='该房屋编码用过，停用的编码也不再使用'),
                ),
            ],
        ),
    ]
