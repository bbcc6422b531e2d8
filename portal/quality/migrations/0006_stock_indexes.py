"""What is open has several states now: indexes of the stock instead of those of one state.

The code of the release before asks for `state = 'open'`, which these serve as well.
"""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("quality", "0005_issue_life_validated")]

    operations = [
        AddIndexConcurrently(
            model_name='dataqualityissue',
            index=models.Index(condition=models.Q(('state__in', ('open', 'assigned', 'asked', 'returned'))), fields=['committee', 'due_on', 'id'], name='quality_stock_committee'),
        ),
        AddIndexConcurrently(
            model_name='dataqualityissue',
            index=models.Index(condition=models.Q(('state__in', ('open', 'assigned', 'asked', 'returned'))), fields=['street_id', 'due_on', 'id'], include=('committee', 'rule', 'severity'), name='quality_stock_street'),
        ),
        AddIndexConcurrently(
            model_name='dataqualityissue',
            index=models.Index(condition=models.Q(('state__in', ('open', 'assigned', 'asked', 'returned'))), fields=['due_on', 'id'], include=('committee', 'rule', 'severity'), name='quality_stock_district'),
        ),
        AddIndexConcurrently(
            model_name='dataqualityissue',
            index=models.Index(condition=models.Q(('state__in', ('open', 'assigned', 'asked', 'returned', 'excepted'))), fields=['dwelling_id'], name='quality_stock_dwelling'),
        ),
        AddIndexConcurrently(
            model_name='dataqualityissue',
            index=models.Index(condition=models.Q(('answer_on__isnull', False)), fields=['street_id', 'answer_on', 'id'], include=('committee',), name='quality_to_answer'),
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    "CREATE UNIQUE INDEX CONCURRENTLY quality_standing_once"
                    " ON quality_dataqualityissue (rule, object_id) WHERE state"
                    " IN ('open', 'assigned', 'asked', 'returned', 'excepted')",
                    "DROP INDEX CONCURRENTLY quality_standing_once",
                ),
            ],
            state_operations=[
                migrations.AddConstraint(
                    model_name='dataqualityissue',
                    constraint=models.UniqueConstraint(condition=models.Q(('state__in', ('open', 'assigned', 'asked', 'returned', 'excepted'))), fields=('rule', 'object_id'), name='quality_standing_once', violation_error_message='该问题已在待办中'),
                ),
            ],
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    "DROP INDEX CONCURRENTLY quality_open_once",
                    "CREATE UNIQUE INDEX CONCURRENTLY quality_open_once"
                    " ON quality_dataqualityissue (rule, object_id) WHERE state = 'open'",
                ),
            ],
            state_operations=[
                migrations.RemoveConstraint(
                    model_name='dataqualityissue',
                    name='quality_open_once',
                ),
            ],
        ),
        RemoveIndexConcurrently(
            model_name='dataqualityissue',
            name='quality_of_committee',
        ),
        RemoveIndexConcurrently(
            model_name='dataqualityissue',
            name='quality_of_street',
        ),
        RemoveIndexConcurrently(
            model_name='dataqualityissue',
            name='quality_of_district',
        ),
        RemoveIndexConcurrently(
            model_name='dataqualityissue',
            name='quality_of_dwelling',
        ),
    ]
