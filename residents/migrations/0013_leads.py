"""Discovery leads, walled like the register; whoever only reports sees and adds their own."""

import django.db.models.deletion
import django.db.models.expressions
import portal.orgs.records
from django.db import migrations, models

from portal.orgs.rls import protect


# The acting post that only reports has no scope over the register: its leads are known by the post.
REPORTER = [
    "CREATE POLICY reporter_reads ON residents_lead FOR SELECT"
    " USING (post_id = (SELECT (app_actor_post()).id))",
    "CREATE POLICY reporter_adds ON residents_lead FOR INSERT WITH CHECK ("
    "post_id = (SELECT (app_actor_post()).id)"
    " AND committee_id = (SELECT (app_actor_post()).unit_id)"
    " AND state = 'submitted' AND dwelling_id IS NULL AND building_id IS NULL)",
    "ALTER TABLE residents_lead ADD CONSTRAINT residents_lead_dwelling_id_committee "
    "FOREIGN KEY (dwelling_id, committee_id) REFERENCES housing_dwellingunit (id, committee_id) "
    "ON UPDATE CASCADE DEFERRABLE INITIALLY IMMEDIATE",
    "ALTER TABLE residents_lead ADD CONSTRAINT residents_lead_building_id_committee "
    "FOREIGN KEY (building_id, committee_id) REFERENCES housing_building (id, committee_id) "
    "ON UPDATE CASCADE DEFERRABLE INITIALLY IMMEDIATE",
]
UNDO_REPORTER = [
    "ALTER TABLE residents_lead DROP CONSTRAINT residents_lead_building_id_committee",
    "ALTER TABLE residents_lead DROP CONSTRAINT residents_lead_dwelling_id_committee",
    "DROP POLICY reporter_adds ON residents_lead",
    "DROP POLICY reporter_reads ON residents_lead",
]


class Migration(migrations.Migration):

    dependencies = [
        ('housing', '0004_rooms'),
        ('orgs', '0008_force_member'),
        ('residents', '0012_merges'),
    ]

    operations = [
        migrations.CreateModel(
            name='Lead',
            fields=[
                ('id', models.UUIDField(default=portal.orgs.records.new_id, editable=False, primary_key=True, serialize=False)),
                ('street_id', models.GeneratedField(db_persist=True, expression=django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('committee_id'), '/', models.Value(1000)), '*', models.Value(1000)), output_field=models.BigIntegerField(verbose_name='街道（镇）'))),
                ('place', models.CharField(max_length=80, verbose_name='地点')),
                ('kind', models.CharField(choices=[('new', '新增'), ('change', '变更'), ('cancel', '注销')], max_length=6, verbose_name='变动')),
                ('subject', models.CharField(choices=[('person', '人口'), ('dwelling', '房屋'), ('lease', '租赁')], default='person', max_length=8, verbose_name='对象')),
                ('channel', models.CharField(max_length=2, verbose_name='发现渠道')),
                ('priority', models.CharField(choices=[('low', '低'), ('mid', '中'), ('high', '高')], default='mid', max_length=4, verbose_name='优先级')),
                ('sealed', models.BinaryField(verbose_name='说明和联系方式（密文）')),
                ('state', models.CharField(choices=[('submitted', '待分办'), ('triaged', '待上门'), ('confirmed', '待登记'), ('closed', '已办结')], default='submitted', max_length=9, verbose_name='状态')),
                ('result', models.CharField(blank=True, choices=[('new', '确认新增'), ('change', '确认变更'), ('cancel', '确认注销'), ('nothing', '未发现变动'), ('duplicate', '重复线索')], max_length=9, verbose_name='结果')),
                ('submitted_at', models.DateTimeField(verbose_name='登记时间')),
                ('submitted_by', models.CharField(max_length=50, verbose_name='登记人')),
                ('post_id', models.BigIntegerField(blank=True, null=True, verbose_name='登记岗位')),
                ('assigned_id', models.BigIntegerField(blank=True, null=True, verbose_name='承办人编号')),
                ('assigned_to', models.CharField(blank=True, max_length=50, verbose_name='承办人')),
                ('triaged_at', models.DateTimeField(blank=True, null=True, verbose_name='分办时间')),
                ('triaged_by', models.CharField(blank=True, max_length=50, verbose_name='分办人')),
                ('due_on', models.DateField(verbose_name='期限')),
                ('visit_due_on', models.DateField(blank=True, null=True, verbose_name='上门期限')),
                ('visited_on', models.DateField(blank=True, null=True, verbose_name='上门日期')),
                ('visited_by', models.CharField(blank=True, max_length=50, verbose_name='上门人')),
                ('finding', models.CharField(blank=True, max_length=200, verbose_name='核实情况')),
                ('rule', models.CharField(max_length=40, verbose_name='所依规则')),
                ('record_id', models.UUIDField(blank=True, null=True, verbose_name='登记的人员')),
                ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='办结时间')),
                ('closed_by', models.CharField(blank=True, max_length=50, verbose_name='办结人')),
                ('building', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='housing.building', verbose_name='楼栋')),
                ('committee', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgs.orgunit', verbose_name='居（村）委')),
                ('dwelling', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='housing.dwellingunit', verbose_name='房屋')),
            ],
            options={
                'verbose_name': '发现线索',
                'indexes': [models.Index(fields=['committee', 'submitted_at', 'id'], name='res_lead_committee'), models.Index(fields=['street_id', 'submitted_at', 'id'], include=('committee',), name='res_lead_street'), models.Index(fields=['submitted_at', 'id'], include=('committee',), name='res_lead_district'), models.Index(condition=models.Q(('state', 'closed'), _negated=True), fields=['committee', 'due_on', 'id'], name='res_lead_due'), models.Index(condition=models.Q(('state', 'closed'), _negated=True), fields=['street_id', 'due_on', 'id'], include=('committee',), name='res_lead_due_street'), models.Index(fields=['post_id', 'submitted_at'], name='res_lead_told')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('result', ''), ('state__in', ['submitted', 'triaged'])), models.Q(('result__in', ('new', 'change', 'cancel')), ('state', 'confirmed')), models.Q(('state', 'closed'), models.Q(('result', ''), _negated=True)), _connector='OR'), name='residents_lead_result_with_state', violation_error_message='线索的结果与状态不一致'), models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', False), ('state', 'closed'), models.Q(('closed_by', ''), _negated=True)), models.Q(models.Q(('state', 'closed'), _negated=True), ('closed_at', None), ('closed_by', '')), _connector='OR'), name='residents_lead_closed_at_and_by', violation_error_message='办结时间与办结人应同时填写'), models.CheckConstraint(condition=models.Q(models.Q(('assigned_id', None), ('assigned_to', '')), models.Q(('assigned_id__isnull', False), models.Q(('assigned_to', ''), _negated=True)), _connector='OR'), name='residents_lead_assigned_to_somebody', violation_error_message='承办人不完整')],
            },
        ),
        protect("residents_lead"),
        migrations.RunSQL(REPORTER, UNDO_REPORTER),
    ]
