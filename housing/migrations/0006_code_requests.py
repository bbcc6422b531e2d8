"""Requests about house codes, walled in; a code's events outlive a dwelling taken back."""

import django.db.models.deletion
import django.db.models.expressions
import portal.orgs.records
from django.db import migrations, models

from portal.orgs.rls import protect

TABLE = "housing_housecoderequest"
SAME_COMMITTEE = [
    f"ALTER TABLE {TABLE} ADD CONSTRAINT housing_request_of_{what} "
    f"FOREIGN KEY ({what}_id, committee_id) REFERENCES {parent} (id, committee_id) "
    "ON UPDATE CASCADE DEFERRABLE INITIALLY IMMEDIATE"
    for what, parent in (("building", "housing_building"), ("dwelling", "housing_dwellingunit"))
]
LOOSEN = [
    f"ALTER TABLE {TABLE} DROP CONSTRAINT housing_request_of_{what}"
    for what in ("building", "dwelling")
]


class Migration(migrations.Migration):

    dependencies = [
        ('housing', '0005_leases'),
        ('orgs', '0007_no_key_no_actor'),
    ]

    operations = [
        migrations.CreateModel(
            name='HouseCodeRequest',
            fields=[
                ('id', models.UUIDField(default=portal.orgs.records.new_id, editable=False, primary_key=True, serialize=False)),
                ('street_id', models.GeneratedField(db_persist=True, expression=django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('committee_id'), '/', models.Value(1000)), '*', models.Value(1000)), output_field=models.BigIntegerField(verbose_name='街道（镇）'))),
                ('building', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='housing.building', verbose_name='楼栋')),
                ('committee', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgs.orgunit', verbose_name='居（村）委')),
                ('dwelling', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='code_requests', to='housing.dwellingunit', verbose_name='房屋')),
                ('kind', models.CharField(choices=[('assign', '赋码'), ('building', '按幢赋码'), ('correct', '更正'), ('split', '拆分'), ('merge', '合并'), ('retire', '停用')], max_length=8, verbose_name='事项')),
                ('place', models.CharField(max_length=160, verbose_name='地址')),
                ('old_code', models.CharField(blank=True, max_length=40, verbose_name='原编码')),
                ('code', models.CharField(blank=True, max_length=40, verbose_name='新编码')),
                ('rooms', models.CharField(blank=True, max_length=200, verbose_name='室号')),
                ('reason', models.CharField(blank=True, max_length=200, verbose_name='事由')),
                ('state', models.CharField(choices=[('waiting', '待审批'), ('approved', '已同意'), ('returned', '已退回'), ('withdrawn', '已撤回')], default='waiting', max_length=9, verbose_name='状态')),
                ('asked_by', models.BigIntegerField(verbose_name='申请人编号')),
                ('asked_name', models.CharField(max_length=50, verbose_name='申请人')),
                ('asked_at', models.DateTimeField(verbose_name='申请时间')),
                ('due_on', models.DateField(verbose_name='办理期限')),
                ('decided_by', models.BigIntegerField(blank=True, null=True, verbose_name='审批人编号')),
                ('decided_name', models.CharField(blank=True, max_length=50, verbose_name='审批人')),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='审批时间')),
                ('answer', models.CharField(blank=True, max_length=200, verbose_name='审批意见')),
                ('outcome', models.CharField(blank=True, max_length=200, verbose_name='办理结果')),
            ],
            options={
                'verbose_name': '房屋编码申请',
            },
        ),
        # Django would drop the key and check it anew; only the column's rule changes. The release
        # before reads events by their dwelling only, so one without does not reach it.
        migrations.RunSQL(
            [
                "-- squawk-ignore ban-drop-not-null\n"
                "ALTER TABLE housing_housecodeevent ALTER COLUMN dwelling_id DROP NOT NULL"
            ],
            "ALTER TABLE housing_housecodeevent ALTER COLUMN dwelling_id SET NOT NULL",
            state_operations=[
                migrations.AlterField(
                    model_name='housecodeevent',
                    name='dwelling',
                    field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='code_events', to='housing.dwellingunit'),
                ),
            ],
        ),
        migrations.AlterField(
            model_name='housecodeevent',
            name='kind',
            field=models.CharField(choices=[('assign', '赋码'), ('verify', '核对'), ('correct', '更正'), ('split', '拆分'), ('merge', '合并'), ('retire', '停用'), ('restore', '恢复')], max_length=8, verbose_name='事件'),
        ),
        migrations.AddIndex(
            model_name='housecoderequest',
            index=models.Index(fields=['street_id', 'due_on', 'id'], name='housing_requests_street'),
        ),
        migrations.AddIndex(
            model_name='housecoderequest',
            index=models.Index(fields=['committee', 'due_on', 'id'], name='housing_requests_committee'),
        ),
        migrations.AddIndex(
            model_name='housecoderequest',
            index=models.Index(fields=['due_on', 'id'], include=('committee',), name='housing_requests_district'),
        ),
        migrations.AddConstraint(
            model_name='housecoderequest',
            constraint=models.CheckConstraint(condition=models.Q(('decided_by', None), models.Q(('decided_by', models.F('asked_by')), _negated=True), _connector='OR'), name='housing_code_request_two_people', violation_error_message='申请人不能审批自己的申请'),
        ),
        migrations.AddConstraint(
            model_name='housecoderequest',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_by__isnull', False), ('state__in', ['approved', 'returned'])), models.Q(('state__in', ['waiting', 'withdrawn']), ('decided_by', None)), _connector='OR'), name='housing_code_request_decided_by_somebody', violation_error_message='审批结果与审批人应同时填写'),
        ),
        migrations.AddConstraint(
            model_name='housecoderequest',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'waiting')), fields=('dwelling',), name='housing_one_code_request_waits', violation_error_message='这套房屋已有编码申请在办'),
        ),
        migrations.AddConstraint(
            model_name='housecoderequest',
            constraint=models.UniqueConstraint(condition=models.Q(('kind', 'building'), ('state', 'waiting')), fields=('building',), name='housing_one_building_request_waits', violation_error_message='这幢楼已有按幢赋码申请在办'),
        ),
        protect(TABLE),
        migrations.RunSQL(SAME_COMMITTEE, LOOSEN),
    ]
