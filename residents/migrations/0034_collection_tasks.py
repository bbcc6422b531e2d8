"""Collection tasks, walled; a task follows its dwelling to another committee."""

import django.db.models.deletion
import django.db.models.expressions
import portal.orgs.records
from django.db import migrations, models

from portal.orgs.rls import protect


class Migration(migrations.Migration):

    dependencies = [
        ('housing', '0013_building_facts'),
        ('orgs', '0012_shared_views'),
        ('residents', '0033_keys_alone'),
    ]

    operations = [
        migrations.CreateModel(
            name='CollectionTask',
            fields=[
                ('id', models.UUIDField(default=portal.orgs.records.new_id, editable=False, primary_key=True, serialize=False)),
                ('street_id', models.GeneratedField(db_persist=True, expression=django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('committee_id'), '/', models.Value(1000)), '*', models.Value(1000)), output_field=models.BigIntegerField(verbose_name='街道（镇）'))),
                ('kind', models.CharField(choices=[('new', '新增登记'), ('verify', '核实'), ('change', '变更登记'), ('cancel', '注销登记')], max_length=6, verbose_name='事项')),
                ('why', models.CharField(choices=[('cycle', '核实周期'), ('hand', '人工布置')], max_length=5, verbose_name='来由')),
                ('reason', models.CharField(blank=True, max_length=60, verbose_name='说明')),
                ('due_on', models.DateField(verbose_name='期限')),
                ('rule', models.CharField(blank=True, max_length=40, verbose_name='所依规则')),
                ('made_at', models.DateTimeField(verbose_name='生成时间')),
                ('made_on', models.DateField(verbose_name='生成日期')),
                ('made_by', models.CharField(max_length=50, verbose_name='布置人')),
                ('assigned_id', models.BigIntegerField(blank=True, null=True, verbose_name='承办人编号')),
                ('assigned_to', models.CharField(blank=True, max_length=50, verbose_name='承办人')),
                ('state', models.CharField(choices=[('open', '待办'), ('done', '已办结'), ('withdrawn', '已撤回')], default='open', max_length=9, verbose_name='状态')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='办结时间')),
                ('ended_on', models.DateField(blank=True, null=True, verbose_name='办结日期')),
                ('ended_by', models.CharField(blank=True, max_length=50, verbose_name='办结人')),
                ('withdrawn_for', models.CharField(blank=True, max_length=60, verbose_name='撤回原因')),
                ('committee', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgs.orgunit', verbose_name='居（村）委')),
                ('dwelling', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='housing.dwellingunit', verbose_name='房屋')),
                ('residence', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='residents.residence', verbose_name='居住段')),
            ],
            options={
                'verbose_name': '采集任务',
                'indexes': [models.Index(fields=['committee', 'due_on', 'id'], name='res_task_committee'), models.Index(fields=['street_id', 'due_on', 'id'], include=('committee',), name='res_task_street'), models.Index(fields=['due_on', 'id'], include=('committee',), name='res_task_district'), models.Index(condition=models.Q(('state', 'open')), fields=['committee', 'due_on', 'id'], name='res_task_open'), models.Index(condition=models.Q(('state', 'open')), fields=['street_id', 'due_on', 'id'], include=('committee',), name='res_task_open_street'), models.Index(condition=models.Q(('state', 'open')), fields=['due_on', 'id'], include=('committee',), name='res_task_open_district'), models.Index(condition=models.Q(('residence__isnull', False)), fields=['residence'], name='res_task_person')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'open')), fields=('dwelling', 'kind', 'residence'), name='residents_task_once', nulls_distinct=False, violation_error_message='这一户已有同样的采集任务在办'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'open'), ('ended_at', None), ('ended_by', ''), ('ended_on', None)), models.Q(models.Q(('state', 'open'), _negated=True), ('ended_at__isnull', False), ('ended_on__isnull', False), models.Q(('ended_by', ''), _negated=True)), _connector='OR'), name='residents_task_ended_whole', violation_error_message='办结的时间、日期和办结人应齐全'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'withdrawn'), models.Q(('withdrawn_for', ''), _negated=True)), models.Q(models.Q(('state', 'withdrawn'), _negated=True), ('withdrawn_for', '')), _connector='OR'), name='residents_task_withdrawn_for', violation_error_message='撤回的任务应写明原因'), models.CheckConstraint(condition=models.Q(models.Q(('assigned_id', None), ('assigned_to', '')), models.Q(('assigned_id__isnull', False), models.Q(('assigned_to', ''), _negated=True)), _connector='OR'), name='residents_task_assigned_to_somebody', violation_error_message='承办人不完整'), models.CheckConstraint(condition=models.Q(models.Q(('why', 'hand'), models.Q(('reason', ''), _negated=True)), models.Q(('kind', 'verify'), ('reason', ''), ('why', 'cycle')), _connector='OR'), name='residents_task_by_hand_with_reason', violation_error_message='人工布置的任务应写明原因'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'new'), _negated=True), ('residence', None), _connector='OR'), name='residents_task_new_of_nobody', violation_error_message='新增登记还没有人，不能指定人员'), models.CheckConstraint(condition=models.Q(('why', 'cycle'), ('due_on__gte', models.F('made_on')), _connector='OR'), name='residents_task_due_after_made', violation_error_message='期限不能早于今天')],
            },
        ),
        protect("residents_collectiontask"),
        migrations.RunSQL(
            "ALTER TABLE residents_collectiontask ADD CONSTRAINT "
            "residents_collectiontask_dwelling_id_committee FOREIGN KEY "
            "(dwelling_id, committee_id) REFERENCES housing_dwellingunit (id, committee_id) "
            "ON UPDATE CASCADE DEFERRABLE INITIALLY IMMEDIATE",
            "ALTER TABLE residents_collectiontask DROP CONSTRAINT "
            "residents_collectiontask_dwelling_id_committee",
        ),
    ]
