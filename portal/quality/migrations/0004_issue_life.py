"""Who an issue was given to, an exception from asking to answer, and the check after mending."""

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("quality", "0003_rule_failures")]

    operations = [
        migrations.AddField(
            model_name='dataqualityissue',
            name='answer',
            field=models.CharField(blank=True, db_default='', default='', max_length=200, verbose_name='答复'),
        ),
        migrations.AddField(
            model_name='dataqualityissue',
            name='answer_on',
            field=models.DateField(blank=True, null=True, verbose_name='答复期限'),
        ),
        migrations.AddField(
            model_name='dataqualityissue',
            name='asked_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='申请时间'),
        ),
        migrations.AddField(
            model_name='dataqualityissue',
            name='asked_by',
            field=models.CharField(blank=True, db_default='', default='', max_length=50, verbose_name='申请人'),
        ),
        migrations.AddField(
            model_name='dataqualityissue',
            name='asked_by_id',
            field=models.BigIntegerField(blank=True, null=True, verbose_name='申请人编号'),
        ),
        migrations.AddField(
            model_name='dataqualityissue',
            name='assigned_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='派发时间'),
        ),
        migrations.AddField(
            model_name='dataqualityissue',
            name='assigned_by',
            field=models.CharField(blank=True, db_default='', default='', max_length=50, verbose_name='派发人'),
        ),
        migrations.AddField(
            model_name='dataqualityissue',
            name='assigned_id',
            field=models.BigIntegerField(blank=True, null=True, verbose_name='责任人编号'),
        ),
        migrations.AddField(
            model_name='dataqualityissue',
            name='assigned_to',
            field=models.CharField(blank=True, db_default='', default='', max_length=50, verbose_name='责任人'),
        ),
        migrations.AddField(
            model_name='dataqualityissue',
            name='checked_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='复核时间'),
        ),
        migrations.AddField(
            model_name='dataqualityissue',
            name='checked_by',
            field=models.CharField(blank=True, db_default='', default='', max_length=50, verbose_name='复核人'),
        ),
        migrations.AddField(
            model_name='dataqualityissue',
            name='decided_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='审批时间'),
        ),
        migrations.AddField(
            model_name='dataqualityissue',
            name='decided_by',
            field=models.CharField(blank=True, db_default='', default='', max_length=50, verbose_name='审批人'),
        ),
        migrations.AddField(
            model_name='dataqualityissue',
            name='excepted_until',
            field=models.DateField(blank=True, null=True, verbose_name='无误至'),
        ),
        migrations.AddField(
            model_name='dataqualityissue',
            name='fixed_by',
            field=models.CharField(blank=True, db_default='', default='', max_length=50, verbose_name='改完人'),
        ),
        migrations.AddField(
            model_name='dataqualityissue',
            name='fixed_by_id',
            field=models.BigIntegerField(blank=True, null=True, verbose_name='改完人编号'),
        ),
        migrations.AddField(
            model_name='dataqualityissue',
            name='reason',
            field=models.CharField(blank=True, db_default='', default='', max_length=200, verbose_name='申请理由'),
        ),
        migrations.AddField(
            model_name='dataqualityissue',
            name='to_check',
            field=models.BooleanField(db_default=False, default=False, verbose_name='要复核'),
        ),
        migrations.AlterField(
            model_name='dataqualityissue',
            name='state',
            field=models.CharField(choices=[('open', '待处理'), ('assigned', '处理中'), ('asked', '申请无误'), ('returned', '退回重改'), ('fixed', '已改'), ('checked', '已复核'), ('excepted', '确认无误')], default='open', max_length=8, verbose_name='状态'),
        ),
        migrations.SeparateDatabaseAndState(
            # it knows two states; what replaces it holds both of them to the same
            database_operations=[
                migrations.RunSQL(
                    "-- squawk-ignore ban-drop-constraint\n"
                    "ALTER TABLE quality_dataqualityissue"
                    " DROP CONSTRAINT quality_closed_when_fixed;",
                    "ALTER TABLE quality_dataqualityissue ADD CONSTRAINT quality_closed_when_fixed"
                    " CHECK ((closed_on IS NULL AND state = 'open')"
                    " OR (closed_on >= detected_on AND state = 'fixed')) NOT VALID;",
                ),
            ],
            state_operations=[
                migrations.RemoveConstraint(
                    model_name="dataqualityissue", name="quality_closed_when_fixed"
                ),
            ],
        ),
        AddConstraintNotValid(
            model_name='dataqualityissue',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_on', None), ('state__in', ('open', 'assigned', 'asked', 'returned'))), models.Q(('closed_on__gte', models.F('detected_on')), ('closed_on__isnull', False), ('state__in', ['fixed', 'checked', 'excepted'])), _connector='OR'), name='quality_closed_with_state', violation_error_message='已改或确认无误的问题应有日期'),
        ),
        AddConstraintNotValid(
            model_name='dataqualityissue',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('excepted_until__gt', models.F('closed_on')), ('excepted_until__isnull', False), ('state', 'excepted')), models.Q(models.Q(('state', 'excepted'), _negated=True), ('excepted_until', None)), _connector='OR'), name='quality_excepted_until', violation_error_message='确认无误应有截止日期'),
        ),
        AddConstraintNotValid(
            model_name='dataqualityissue',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'assigned'), _negated=True), models.Q(('assigned_id__isnull', False), models.Q(('assigned_to', ''), _negated=True)), _connector='OR'), name='quality_assigned_to_somebody', violation_error_message='责任人不完整'),
        ),
        AddConstraintNotValid(
            model_name='dataqualityissue',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'asked'), _negated=True), models.Q(('asked_by_id__isnull', False), models.Q(('reason', ''), _negated=True)), _connector='OR'), name='quality_asked_with_reason', violation_error_message='申请无误应写明理由'),
        ),
    ]
