"""Appeals of residents, walled; one against a unit or its staff belongs to the unit above."""

import django.db.models.deletion
import django.db.models.expressions
import portal.orgs.records
from django.db import migrations, models

from portal.orgs.rls import protect


class Migration(migrations.Migration):

    dependencies = [
        ('orgs', '0009_housing_officer'),
        ('residents', '0024_memberships'),
    ]

    operations = [
        migrations.CreateModel(
            name='ResidentAppeal',
            fields=[
                ('id', models.UUIDField(default=portal.orgs.records.new_id, editable=False, primary_key=True, serialize=False)),
                ('street_id', models.GeneratedField(db_persist=True, expression=django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('committee_id'), '/', models.Value(1000)), '*', models.Value(1000)), output_field=models.BigIntegerField(verbose_name='街道（镇）'))),
                ('topic', models.CharField(choices=[('registration', '居住登记和证件'), ('housing', '租房和住房'), ('schooling', '子女就学'), ('work', '就业和社会保障'), ('health', '卫生和计划生育'), ('environment', '环境和治安'), ('conduct', '工作作风和办事效率'), ('other', '其他')], max_length=12, verbose_name='主题')),
                ('channel', models.CharField(choices=[('counter', '窗口'), ('phone', '电话'), ('visit', '上门走访'), ('committee', '居（村）民会议、听证会'), ('group', '群众组织（工会、妇联、志愿者等）'), ('hotline', '12345 转办'), ('letter', '书信、意见箱')], max_length=9, verbose_name='渠道')),
                ('against', models.CharField(choices=[('nobody', '没有'), ('step', '某个办事环节'), ('staff', '某位工作人员'), ('unit', '本单位')], default='nobody', max_length=6, verbose_name='反映对象')),
                ('against_user', models.BigIntegerField(blank=True, null=True, verbose_name='被反映人编号')),
                ('against_name', models.CharField(blank=True, max_length=60, verbose_name='反映的人或环节')),
                ('sealed', models.BinaryField(verbose_name='诉求内容（密文）')),
                ('heard_in', models.CharField(max_length=60, verbose_name='受理单位')),
                ('received_on', models.DateField(verbose_name='收到日期')),
                ('received_at', models.DateTimeField(verbose_name='登记时间')),
                ('received_by', models.CharField(max_length=50, verbose_name='登记人')),
                ('due_on', models.DateField(verbose_name='答复期限')),
                ('rule', models.CharField(max_length=40, verbose_name='所依规则')),
                ('state', models.CharField(choices=[('received', '待分办'), ('assigned', '办理中'), ('answered', '已答复')], default='received', max_length=8, verbose_name='状态')),
                ('handler_id', models.BigIntegerField(blank=True, null=True, verbose_name='承办人编号')),
                ('handler', models.CharField(blank=True, max_length=50, verbose_name='承办人')),
                ('result', models.CharField(blank=True, choices=[('solved', '已解决'), ('explained', '已解释说明'), ('forwarded', '已转有关部门'), ('declined', '不能办理')], max_length=9, verbose_name='结果')),
                ('reply', models.CharField(blank=True, max_length=500, verbose_name='答复')),
                ('answered_at', models.DateTimeField(blank=True, null=True, verbose_name='答复时间')),
                ('answered_on', models.DateField(blank=True, null=True, verbose_name='答复日期')),
                ('answered_by', models.CharField(blank=True, max_length=50, verbose_name='答复人')),
                ('committee', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgs.orgunit', verbose_name='居（村）委')),
            ],
            options={
                'verbose_name': '居民诉求',
                'indexes': [models.Index(fields=['committee', 'received_at', 'id'], name='res_appeal_committee'), models.Index(fields=['street_id', 'received_at', 'id'], include=('committee',), name='res_appeal_street'), models.Index(fields=['received_at', 'id'], include=('committee',), name='res_appeal_district'), models.Index(condition=models.Q(('state', 'answered'), _negated=True), fields=['committee', 'due_on', 'id'], name='res_appeal_due')],
                'constraints': [models.CheckConstraint(condition=models.Q(('handler_id', None), ('against_user', None), models.Q(('handler_id', models.F('against_user')), _negated=True), _connector='OR'), name='residents_appeal_other_hand', violation_error_message='承办人不能是被反映的人'), models.CheckConstraint(condition=models.Q(models.Q(('answered_at__isnull', False), ('answered_on__isnull', False), ('state', 'answered'), models.Q(('result', ''), _negated=True), models.Q(('reply', ''), _negated=True), models.Q(('answered_by', ''), _negated=True)), models.Q(models.Q(('state', 'answered'), _negated=True), ('answered_at', None), ('answered_by', ''), ('answered_on', None), ('reply', ''), ('result', '')), _connector='OR'), name='residents_appeal_answered_whole', violation_error_message='答复的结果、文字、时间和答复人应齐全'), models.CheckConstraint(condition=models.Q(('due_on__gte', models.F('received_on'))), name='residents_appeal_due_after_received', violation_error_message='答复期限不能早于收到日期')],
            },
        ),
        protect("residents_residentappeal"),
    ]
