"""Indexes of what waits for an answer or a check, and of what was closed in the last weeks."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models

TO_ANSWER = models.Q(
    ('state', 'asked'), models.Q(('state', 'fixed'), ('to_check', True)), _connector='OR'
)
CLOSED = models.Q(('closed_on__isnull', False))


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('orgs', '0012_shared_views'),
        ('quality', '0009_issues_of_a_rule'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='dataqualityissue',
            index=models.Index(condition=TO_ANSWER, fields=['street_id', 'answer_on', 'id'], include=('committee',), name='quality_answer_street'),
        ),
        AddIndexConcurrently(
            model_name='dataqualityissue',
            index=models.Index(condition=TO_ANSWER, fields=['committee', 'answer_on', 'id'], name='quality_answer_committee'),
        ),
        AddIndexConcurrently(
            model_name='dataqualityissue',
            index=models.Index(condition=CLOSED, fields=['committee', 'closed_on'], name='quality_closed_committee'),
        ),
        AddIndexConcurrently(
            model_name='dataqualityissue',
            index=models.Index(condition=CLOSED, fields=['street_id', 'closed_on'], include=('committee',), name='quality_closed_street'),
        ),
        RemoveIndexConcurrently(
            model_name='dataqualityissue',
            name='quality_to_answer',
        ),
    ]
