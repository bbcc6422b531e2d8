"""Rounds that go back to doors of another round, and rounds that are given up before the field."""

import django.db.models.deletion
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("residents", "0029_without_number")]

    operations = [
        migrations.AddField(
            model_name='spotround',
            name='rechecks',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='rechecked_by', to='residents.spotround', verbose_name='复查的一轮'),
        ),
        migrations.AddField(
            model_name='spotround',
            name='cancelled_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='取消时间'),
        ),
        migrations.AddField(
            model_name='spotround',
            name='cancelled_by',
            field=models.CharField(blank=True, db_default='', default='', max_length=50, verbose_name='取消人'),
        ),
        migrations.AddField(
            model_name='spotround',
            name='cancel_reason',
            field=models.CharField(blank=True, db_default='', default='', max_length=200, verbose_name='取消原因'),
        ),
        migrations.AlterField(
            model_name='spotround',
            name='kind',
            field=models.CharField(choices=[('forward', '顺查'), ('reverse', '倒查'), ('recheck', '复查')], max_length=8, verbose_name='类别'),
        ),
        migrations.AlterField(
            model_name='spotround',
            name='state',
            field=models.CharField(choices=[('planned', '已计划'), ('drawn', '已抽取'), ('in_field', '上门中'), ('matching', '比对中'), ('published', '已公布'), ('extended', '已补抽'), ('cancelled', '已取消')], default='planned', max_length=9, verbose_name='状态'),
        ),
        migrations.SeparateDatabaseAndState(
            # it knows no cancelled round; what replaces it holds all others to the same
            database_operations=[
                migrations.RunSQL(
                    "-- squawk-ignore ban-drop-constraint\n"
                    "ALTER TABLE residents_spotround"
                    " DROP CONSTRAINT residents_spot_drawn_whole;",
                    "ALTER TABLE residents_spotround ADD CONSTRAINT residents_spot_drawn_whole"
                    " CHECK ((drawn_at IS NULL AND frame_hash = '' AND seed = ''"
                    " AND state = 'planned') OR (drawn_at IS NOT NULL AND NOT seed = ''"
                    " AND NOT frame_hash = '')) NOT VALID;",
                ),
            ],
            state_operations=[
                migrations.RemoveConstraint(
                    model_name="spotround", name="residents_spot_drawn_whole"
                ),
            ],
        ),
        AddConstraintNotValid(
            model_name='spotround',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('drawn_at', None), ('frame_hash', ''), ('seed', ''), ('state__in', ['planned', 'cancelled'])), models.Q(('drawn_at__isnull', False), models.Q(('seed', ''), _negated=True), models.Q(('frame_hash', ''), _negated=True)), _connector='OR'), name='residents_spot_drawn_complete', violation_error_message='抽取的时间、种子和抽样框哈希应齐全'),
        ),
        AddConstraintNotValid(
            model_name='spotround',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('counted', False), ('kind', 'recheck'), ('rechecks__isnull', False)), models.Q(models.Q(('kind', 'recheck'), _negated=True), ('rechecks', None)), _connector='OR'), name='residents_spot_recheck_never_counts', violation_error_message='复查应指明所复查的一轮，并且不计入指标'),
        ),
        AddConstraintNotValid(
            model_name='spotround',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('cancelled_at__isnull', False), ('state', 'cancelled'), models.Q(('cancelled_by', ''), _negated=True), models.Q(('cancel_reason', ''), _negated=True)), models.Q(models.Q(('state', 'cancelled'), _negated=True), ('cancel_reason', ''), ('cancelled_at', None), ('cancelled_by', '')), _connector='OR'), name='residents_spot_cancelled_whole', violation_error_message='取消的抽查应有时间、取消人和原因'),
        ),
    ]
