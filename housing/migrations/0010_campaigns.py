"""Key areas, campaigns, findings, sites of enforcement and referrals, walled in."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.expressions
import portal.orgs.records
from django.db import migrations, models

from portal.orgs.rls import protect

TABLES = (
    "housing_keyarea", "housing_keyareabuilding", "housing_campaign", "housing_campaigntarget",
    "housing_finding", "housing_enforcementsite", "housing_referral",
)
#: (table, column, the table it names): of the same committee, as the key itself demands
SAME_COMMITTEE = (
    ("housing_keyareabuilding", "building_id", "housing_building"),
    ("housing_campaigntarget", "dwelling_id", "housing_dwellingunit"),
    ("housing_finding", "dwelling_id", "housing_dwellingunit"),
    ("housing_enforcementsite", "building_id", "housing_building"),
    ("housing_referral", "dwelling_id", "housing_dwellingunit"),
    ("housing_referral", "site_id", "housing_enforcementsite"),
)
TIE = [
    f"ALTER TABLE {table} ADD CONSTRAINT {table}_of_{column} "
    f"FOREIGN KEY ({column}, committee_id) REFERENCES {named} (id, committee_id) "
    "ON UPDATE CASCADE DEFERRABLE INITIALLY IMMEDIATE"
    for table, column, named in SAME_COMMITTEE
]
LOOSEN = [f"ALTER TABLE {t} DROP CONSTRAINT {t}_of_{c}" for t, c, _n in SAME_COMMITTEE]


class Migration(migrations.Migration):

    dependencies = [
        ('housing', '0009_dwelling_rooms'),
        ('orgs', '0009_housing_officer'),
    ]

    operations = [
        migrations.CreateModel(
            name='Campaign',
            fields=[
                ('id', models.UUIDField(default=portal.orgs.records.new_id, editable=False, primary_key=True, serialize=False)),
                ('street_id', models.GeneratedField(db_persist=True, expression=django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('committee_id'), '/', models.Value(1000)), '*', models.Value(1000)), output_field=models.BigIntegerField(verbose_name='街道（镇）'))),
                ('title', models.CharField(max_length=100, verbose_name='名称')),
                ('theme', models.CharField(choices=[('urban_village', '城中村'), ('inversion', '人口倒挂'), ('group_rental_cluster', '群租集中'), ('informal_site', '非正规落脚点'), ('fringe', '城乡结合部')], max_length=20, verbose_name='主题')),
                ('legal_basis', models.CharField(max_length=200, verbose_name='法律依据')),
                ('starts_on', models.DateField(verbose_name='开始日期')),
                ('ends_on', models.DateField(verbose_name='结束日期')),
                ('area_ids', django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), size=None, verbose_name='重点区域编号')),
                ('areas', models.CharField(max_length=300, verbose_name='重点区域')),
                ('member_ids', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None, verbose_name='工作组成员编号')),
                ('members', models.CharField(max_length=300, verbose_name='工作组成员')),
                ('target_count', models.PositiveIntegerField(default=0, verbose_name='检查目标（套）')),
                ('state', models.CharField(choices=[('draft', '待批准'), ('approved', '已批准'), ('running', '检查中'), ('rechecking', '复查中'), ('closed', '已办结')], default='draft', max_length=10, verbose_name='状态')),
                ('due_on', models.DateField(verbose_name='办理期限')),
                ('planned_by', models.BigIntegerField(verbose_name='拟订人编号')),
                ('planned_name', models.CharField(max_length=50, verbose_name='拟订人')),
                ('planned_at', models.DateTimeField(verbose_name='拟订时间')),
                ('decided_by', models.BigIntegerField(blank=True, null=True, verbose_name='批准人编号')),
                ('decided_name', models.CharField(blank=True, max_length=50, verbose_name='批准人')),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='批准时间')),
                ('answer', models.CharField(blank=True, max_length=200, verbose_name='批准意见')),
                ('summary', models.TextField(blank=True, max_length=2000, verbose_name='总结')),
                ('closed_by', models.CharField(blank=True, max_length=50, verbose_name='办结人')),
                ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='办结时间')),
                ('committee', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgs.orgunit', verbose_name='居（村）委')),
            ],
            options={
                'verbose_name': '整治行动',
            },
        ),
        migrations.CreateModel(
            name='EnforcementSite',
            fields=[
                ('id', models.UUIDField(default=portal.orgs.records.new_id, editable=False, primary_key=True, serialize=False)),
                ('street_id', models.GeneratedField(db_persist=True, expression=django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('committee_id'), '/', models.Value(1000)), '*', models.Value(1000)), output_field=models.BigIntegerField(verbose_name='街道（镇）'))),
                ('kind', models.CharField(choices=[('illegal_school', '非法办学点'), ('illegal_kindergarten', '非法办园点'), ('group_rental', '群租'), ('illegal_operation', '非法营运'), ('illegal_building', '违法建筑'), ('illegal_land_use', '违法用地'), ('street_stall', '无序设摊')], max_length=20, verbose_name='类型')),
                ('place', models.CharField(max_length=160, verbose_name='地点')),
                ('facts', models.CharField(max_length=200, verbose_name='情况')),
                ('department', models.CharField(choices=[('housing', '区房管局'), ('police', '区公安分局'), ('education', '区教育局'), ('hrss', '区人社局'), ('market', '区市场监管局'), ('city', '区城管执法局'), ('planning', '区规划资源局'), ('traffic', '区交通委'), ('fire', '区消防救援支队'), ('civil', '区民政局')], max_length=10, verbose_name='主管部门')),
                ('people', models.PositiveIntegerField(blank=True, null=True, verbose_name='涉及人数（约）')),
                ('children', models.PositiveIntegerField(blank=True, null=True, verbose_name='涉及儿童人数')),
                ('state', models.CharField(choices=[('found', '待告知'), ('noticed', '已告知'), ('handling', '处置中'), ('closed', '已办结')], default='found', max_length=10, verbose_name='状态')),
                ('due_on', models.DateField(verbose_name='期限')),
                ('noticed_on', models.DateField(blank=True, null=True, verbose_name='告知日期')),
                ('measures', models.CharField(blank=True, max_length=200, verbose_name='处置措施')),
                ('child_placement', models.CharField(blank=True, max_length=200, verbose_name='儿童就学、入园安置')),
                ('children_placed', models.PositiveIntegerField(blank=True, null=True, verbose_name='已安置儿童人数')),
                ('resettlement', models.CharField(blank=True, max_length=200, verbose_name='人员安置')),
                ('found_name', models.CharField(max_length=50, verbose_name='登记人')),
                ('found_at', models.DateTimeField(verbose_name='登记时间')),
                ('closed_by', models.CharField(blank=True, max_length=50, verbose_name='办结人')),
                ('closed_on', models.DateField(blank=True, null=True, verbose_name='办结日期')),
                ('building', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='housing.building', verbose_name='楼栋')),
                ('committee', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgs.orgunit', verbose_name='居（村）委')),
            ],
            options={
                'verbose_name': '执法点位',
            },
        ),
        migrations.CreateModel(
            name='Finding',
            fields=[
                ('id', models.UUIDField(default=portal.orgs.records.new_id, editable=False, primary_key=True, serialize=False)),
                ('street_id', models.GeneratedField(db_persist=True, expression=django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('committee_id'), '/', models.Value(1000)), '*', models.Value(1000)), output_field=models.BigIntegerField(verbose_name='街道（镇）'))),
                ('place', models.CharField(max_length=160, verbose_name='地址')),
                ('kind', models.CharField(choices=[('none', '未发现问题'), ('missing', '有人未登记'), ('stale', '已离开未注销'), ('G1', '群租 G1 住宅小区内开设集体宿舍'), ('G2', '群租 G2 分割居室或按床位出租'), ('G3', '群租 G3 厨房、卫生间、阳台、贮藏室住人'), ('G4', '群租 G4 人均居住面积不足'), ('G5', '群租 G5 一间居住人数过多'), ('unsafe', '居住安全隐患'), ('illegal_use', '擅自改变用途'), ('address', '地址有误'), ('other', '其他')], max_length=12, verbose_name='问题')),
                ('facts', models.CharField(max_length=200, verbose_name='情况')),
                ('visited_on', models.DateField(verbose_name='上门日期')),
                ('visitor_ids', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None, verbose_name='上门人员编号')),
                ('visitors', models.CharField(max_length=200, verbose_name='上门人员')),
                ('badge_shown', models.BooleanField(verbose_name='已出示证件')),
                ('entry_basis', models.CharField(choices=[('consent', '住户同意'), ('legal_power', '依法检查'), ('outside_only', '未入户')], max_length=12, verbose_name='入户依据')),
                ('state', models.CharField(choices=[('open', '待告知'), ('notified', '已告知'), ('rectifying', '整改中'), ('rechecked', '复查通过'), ('closed', '已办结'), ('dismissed', '不成立')], default='open', max_length=10, verbose_name='状态')),
                ('due_on', models.DateField(verbose_name='期限')),
                ('found_by', models.BigIntegerField(verbose_name='登记人编号')),
                ('found_name', models.CharField(max_length=50, verbose_name='登记人')),
                ('found_at', models.DateTimeField(verbose_name='登记时间')),
                ('notice_no', models.CharField(blank=True, max_length=40, verbose_name='告知书编号')),
                ('noticed_on', models.DateField(blank=True, null=True, verbose_name='告知日期')),
                ('vulnerable', models.CharField(blank=True, max_length=200, verbose_name='老人、儿童情况')),
                ('progress', models.CharField(blank=True, max_length=200, verbose_name='整改情况')),
                ('rechecked_by', models.BigIntegerField(blank=True, null=True, verbose_name='复查人编号')),
                ('rechecked_name', models.CharField(blank=True, max_length=50, verbose_name='复查人')),
                ('rechecked_on', models.DateField(blank=True, null=True, verbose_name='复查日期')),
                ('assistance', models.CharField(blank=True, max_length=200, verbose_name='帮助安置')),
                ('end_reason', models.CharField(blank=True, max_length=200, verbose_name='办结意见')),
                ('ended_by', models.CharField(blank=True, max_length=50, verbose_name='办结人')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='办结时间')),
                ('campaign', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='findings', to='housing.campaign', verbose_name='整治行动')),
                ('committee', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgs.orgunit', verbose_name='居（村）委')),
                ('dwelling', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='findings', to='housing.dwellingunit', verbose_name='房屋')),
            ],
            options={
                'verbose_name': '检查发现',
            },
        ),
        migrations.CreateModel(
            name='KeyArea',
            fields=[
                ('id', models.UUIDField(default=portal.orgs.records.new_id, editable=False, primary_key=True, serialize=False)),
                ('street_id', models.GeneratedField(db_persist=True, expression=django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('committee_id'), '/', models.Value(1000)), '*', models.Value(1000)), output_field=models.BigIntegerField(verbose_name='街道（镇）'))),
                ('kind', models.CharField(choices=[('urban_village', '城中村'), ('inversion', '人口倒挂'), ('group_rental_cluster', '群租集中'), ('informal_site', '非正规落脚点'), ('fringe', '城乡结合部')], max_length=20, verbose_name='类型')),
                ('name', models.CharField(max_length=80, verbose_name='名称')),
                ('owner_post_id', models.BigIntegerField(verbose_name='责任岗位编号')),
                ('owner', models.CharField(max_length=50, verbose_name='责任人')),
                ('since', models.DateField(verbose_name='列入日期')),
                ('until', models.DateField(blank=True, null=True, verbose_name='撤销日期')),
                ('targets', models.JSONField(default=dict, verbose_name='目标')),
                ('cycle_days', models.PositiveSmallIntegerField(default=30, verbose_name='核查周期（天）')),
                ('reviewed_on', models.DateField(blank=True, null=True, verbose_name='最近核查')),
                ('review_by', models.DateField(verbose_name='下次核查期限')),
                ('people', models.PositiveIntegerField(blank=True, null=True, verbose_name='落脚人数（约）')),
                ('hazards', models.CharField(blank=True, max_length=200, verbose_name='安全隐患')),
                ('noticed_on', models.DateField(blank=True, null=True, verbose_name='告知日期')),
                ('resettlement', models.CharField(blank=True, max_length=200, verbose_name='安置情况')),
                ('end_reason', models.CharField(blank=True, max_length=200, verbose_name='撤销理由')),
                ('updated_by', models.CharField(max_length=50, verbose_name='变更人')),
                ('version', models.IntegerField(default=1)),
                ('committee', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgs.orgunit', verbose_name='居（村）委')),
            ],
            options={
                'verbose_name': '重点区域',
            },
        ),
        migrations.CreateModel(
            name='CampaignTarget',
            fields=[
                ('id', models.UUIDField(default=portal.orgs.records.new_id, editable=False, primary_key=True, serialize=False)),
                ('street_id', models.GeneratedField(db_persist=True, expression=django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('committee_id'), '/', models.Value(1000)), '*', models.Value(1000)), output_field=models.BigIntegerField(verbose_name='街道（镇）'))),
                ('why', models.CharField(max_length=60, verbose_name='列入原因')),
                ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='targets', to='housing.campaign', verbose_name='整治行动')),
                ('committee', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgs.orgunit', verbose_name='居（村）委')),
                ('dwelling', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='housing.dwellingunit', verbose_name='房屋')),
                ('area', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='housing.keyarea', verbose_name='重点区域')),
            ],
            options={
                'verbose_name': '检查目标',
            },
        ),
        migrations.CreateModel(
            name='KeyAreaBuilding',
            fields=[
                ('id', models.UUIDField(default=portal.orgs.records.new_id, editable=False, primary_key=True, serialize=False)),
                ('street_id', models.GeneratedField(db_persist=True, expression=django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('committee_id'), '/', models.Value(1000)), '*', models.Value(1000)), output_field=models.BigIntegerField(verbose_name='街道（镇）'))),
                ('area', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='area_buildings', to='housing.keyarea', verbose_name='重点区域')),
                ('building', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='housing.building', verbose_name='楼栋')),
                ('committee', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgs.orgunit', verbose_name='居（村）委')),
            ],
            options={
                'verbose_name': '重点区域楼栋',
            },
        ),
        migrations.CreateModel(
            name='Referral',
            fields=[
                ('id', models.UUIDField(default=portal.orgs.records.new_id, editable=False, primary_key=True, serialize=False)),
                ('street_id', models.GeneratedField(db_persist=True, expression=django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('committee_id'), '/', models.Value(1000)), '*', models.Value(1000)), output_field=models.BigIntegerField(verbose_name='街道（镇）'))),
                ('number', models.CharField(max_length=40, verbose_name='文号')),
                ('department', models.CharField(choices=[('housing', '区房管局'), ('police', '区公安分局'), ('education', '区教育局'), ('hrss', '区人社局'), ('market', '区市场监管局'), ('city', '区城管执法局'), ('planning', '区规划资源局'), ('traffic', '区交通委'), ('fire', '区消防救援支队'), ('civil', '区民政局')], max_length=10, verbose_name='接收部门')),
                ('kind', models.CharField(choices=[('employment_info', '就业信息'), ('lease_info', '租赁信息'), ('residence_registration', '居住登记'), ('group_rental', '群租'), ('illegal_school', '非法办学点'), ('illegal_kindergarten', '非法办园点'), ('illegal_operation', '非法营运'), ('illegal_building', '违法建筑'), ('illegal_land_use', '违法用地'), ('stall', '无序设摊'), ('fire_safety', '消防安全'), ('other', '其他')], max_length=24, verbose_name='类型')),
                ('place', models.CharField(max_length=160, verbose_name='地点')),
                ('facts', models.CharField(max_length=500, verbose_name='事实')),
                ('law_clause', models.CharField(max_length=100, verbose_name='依据条款')),
                ('person_fields', models.JSONField(default=list, verbose_name='随附个人信息')),
                ('state', models.CharField(choices=[('sent', '待签收'), ('received', '已签收'), ('handling', '办理中'), ('fed_back', '已反馈'), ('closed', '已办结'), ('returned', '已退回')], default='sent', max_length=10, verbose_name='状态')),
                ('sent_on', models.DateField(verbose_name='发出日期')),
                ('sent_by', models.CharField(max_length=50, verbose_name='发出人')),
                ('rule', models.CharField(max_length=40, verbose_name='所依规则')),
                ('receipt_due', models.DateField(verbose_name='签收期限')),
                ('received_on', models.DateField(blank=True, null=True, verbose_name='签收日期')),
                ('feedback_due', models.DateField(verbose_name='反馈期限')),
                ('fed_back_on', models.DateField(blank=True, null=True, verbose_name='反馈日期')),
                ('feedback', models.CharField(blank=True, max_length=500, verbose_name='反馈内容')),
                ('returned_reason', models.CharField(blank=True, max_length=200, verbose_name='退回理由')),
                ('due_on', models.DateField(verbose_name='期限')),
                ('closed_by', models.CharField(blank=True, max_length=50, verbose_name='办结人')),
                ('closed_on', models.DateField(blank=True, null=True, verbose_name='办结日期')),
                ('committee', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgs.orgunit', verbose_name='居（村）委')),
                ('dwelling', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='referrals', to='housing.dwellingunit', verbose_name='房屋')),
                ('site', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='referrals', to='housing.enforcementsite', verbose_name='执法点位')),
            ],
            options={
                'verbose_name': '抄告',
            },
        ),
        migrations.AddIndex(
            model_name='campaign',
            index=models.Index(fields=['street_id', 'due_on', 'id'], name='housing_campaigns_street'),
        ),
        migrations.AddIndex(
            model_name='campaign',
            index=models.Index(fields=['due_on', 'id'], include=('committee',), name='housing_campaigns'),
        ),
        migrations.AddConstraint(
            model_name='campaign',
            constraint=models.CheckConstraint(condition=models.Q(('ends_on__gte', models.F('starts_on'))), name='housing_campaign_in_order', violation_error_message='结束日期早于开始日期'),
        ),
        migrations.AddConstraint(
            model_name='campaign',
            constraint=models.CheckConstraint(condition=models.Q(('member_ids__len__gte', 2)), name='housing_campaign_team_of_two', violation_error_message='工作组应有两人以上'),
        ),
        migrations.AddConstraint(
            model_name='campaign',
            constraint=models.CheckConstraint(condition=models.Q(('decided_by', None), models.Q(('decided_by', models.F('planned_by')), _negated=True), _connector='OR'), name='housing_campaign_two_people', violation_error_message='拟订人不能批准自己的方案'),
        ),
        migrations.AddConstraint(
            model_name='campaign',
            constraint=models.CheckConstraint(condition=models.Q(('state', 'draft'), ('decided_by__isnull', False), _connector='OR'), name='housing_campaign_approved_by_somebody', violation_error_message='方案要先批准'),
        ),
        migrations.AddConstraint(
            model_name='campaign',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'closed'), _negated=True), models.Q(('summary', ''), _negated=True), _connector='OR'), name='housing_campaign_summed_up', violation_error_message='办结要写总结'),
        ),
        migrations.AddIndex(
            model_name='enforcementsite',
            index=models.Index(fields=['committee', 'due_on', 'id'], name='housing_sites_committee'),
        ),
        migrations.AddIndex(
            model_name='enforcementsite',
            index=models.Index(fields=['street_id', 'due_on', 'id'], name='housing_sites_street'),
        ),
        migrations.AddIndex(
            model_name='enforcementsite',
            index=models.Index(fields=['due_on', 'id'], include=('committee',), name='housing_sites'),
        ),
        migrations.AddConstraint(
            model_name='enforcementsite',
            constraint=models.UniqueConstraint(fields=('id', 'committee'), name='housing_site_committee'),
        ),
        migrations.AddConstraint(
            model_name='enforcementsite',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'closed'), _negated=True), models.Q(('kind__in', ['illegal_kindergarten', 'illegal_school']), _negated=True), models.Q(models.Q(('child_placement', ''), _negated=True), ('children__isnull', False), ('children_placed', models.F('children'))), _connector='OR'), name='housing_site_children_placed', violation_error_message='儿童没有全部安置，不能办结'),
        ),
        migrations.AddConstraint(
            model_name='enforcementsite',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'closed'), _negated=True), models.Q(('kind__in', ['group_rental', 'illegal_building', 'illegal_land_use']), _negated=True), models.Q(('resettlement', ''), _negated=True), _connector='OR'), name='housing_site_people_resettled', violation_error_message='没有写明人员安置，不能办结'),
        ),
        migrations.AddConstraint(
            model_name='enforcementsite',
            constraint=models.CheckConstraint(condition=models.Q(('state', 'found'), ('noticed_on__isnull', False), _connector='OR'), name='housing_site_noticed', violation_error_message='处置要先告知'),
        ),
        migrations.AddIndex(
            model_name='finding',
            index=models.Index(fields=['committee', 'due_on', 'id'], name='housing_findings_committee'),
        ),
        migrations.AddIndex(
            model_name='finding',
            index=models.Index(fields=['street_id', 'due_on', 'id'], name='housing_findings_street'),
        ),
        migrations.AddIndex(
            model_name='finding',
            index=models.Index(fields=['due_on', 'id'], include=('committee',), name='housing_findings'),
        ),
        migrations.AddConstraint(
            model_name='finding',
            constraint=models.CheckConstraint(condition=models.Q(('visitor_ids__len__gte', 2)), name='housing_finding_visit_of_two', violation_error_message='上门应有两人以上'),
        ),
        migrations.AddConstraint(
            model_name='finding',
            constraint=models.CheckConstraint(condition=models.Q(('badge_shown', True)), name='housing_finding_badge_shown', violation_error_message='上门应出示证件'),
        ),
        migrations.AddConstraint(
            model_name='finding',
            constraint=models.CheckConstraint(condition=models.Q(('rechecked_by', None), models.Q(('rechecked_by', models.F('found_by')), _negated=True), _connector='OR'), name='housing_finding_two_people', violation_error_message='登记人不能复查自己登记的问题'),
        ),
        migrations.AddConstraint(
            model_name='finding',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'closed'), _negated=True), models.Q(models.Q(('assistance', ''), _negated=True), ('rechecked_by__isnull', False)), _connector='OR'), name='housing_finding_helped', violation_error_message='办结要有复查人和帮助安置情况'),
        ),
        migrations.AddConstraint(
            model_name='finding',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['open', 'dismissed']), ('noticed_on__isnull', False), _connector='OR'), name='housing_finding_noticed', violation_error_message='整改要先告知'),
        ),
        migrations.AddIndex(
            model_name='keyarea',
            index=models.Index(fields=['street_id', 'review_by', 'id'], name='housing_areas_street'),
        ),
        migrations.AddIndex(
            model_name='keyarea',
            index=models.Index(fields=['review_by', 'id'], include=('committee',), name='housing_areas_due'),
        ),
        migrations.AddConstraint(
            model_name='keyarea',
            constraint=models.CheckConstraint(condition=models.Q(('cycle_days__range', (7, 180))), name='housing_area_cycle_plausible', violation_error_message='核查周期应在 7 到 180 天之间'),
        ),
        migrations.AddConstraint(
            model_name='keyarea',
            constraint=models.CheckConstraint(condition=models.Q(('until', None), models.Q(('kind', 'informal_site'), _negated=True), models.Q(('noticed_on__isnull', False), models.Q(('resettlement', ''), _negated=True)), _connector='OR'), name='housing_informal_site_resettled', violation_error_message='非正规落脚点要先告知并写明安置情况才能撤销'),
        ),
        migrations.AddConstraint(
            model_name='keyarea',
            constraint=models.UniqueConstraint(condition=models.Q(('until', None)), fields=('committee', 'name'), name='housing_area_name_once', violation_error_message='本街道已有同名的重点区域'),
        ),
        migrations.AddConstraint(
            model_name='campaigntarget',
            constraint=models.UniqueConstraint(fields=('campaign', 'dwelling'), name='housing_target_once', violation_error_message='这套房屋已是检查目标'),
        ),
        migrations.AddConstraint(
            model_name='keyareabuilding',
            constraint=models.UniqueConstraint(fields=('area', 'building'), name='housing_area_building_once', violation_error_message='这幢楼已在区域内'),
        ),
        migrations.AddIndex(
            model_name='referral',
            index=models.Index(fields=['committee', 'due_on', 'id'], name='housing_referrals_committee'),
        ),
        migrations.AddIndex(
            model_name='referral',
            index=models.Index(fields=['street_id', 'due_on', 'id'], name='housing_referrals_street'),
        ),
        migrations.AddIndex(
            model_name='referral',
            index=models.Index(fields=['due_on', 'id'], include=('committee',), name='housing_referrals'),
        ),
        migrations.AddConstraint(
            model_name='referral',
            constraint=models.CheckConstraint(condition=models.Q(('dwelling__isnull', False), ('site__isnull', False), _connector='OR'), name='housing_referral_of_a_place', violation_error_message='抄告要有具体的房屋或点位'),
        ),
        migrations.AddConstraint(
            model_name='referral',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'returned'), _negated=True), models.Q(('returned_reason', ''), _negated=True), _connector='OR'), name='housing_referral_returned_with_reason', violation_error_message='退回要写明理由'),
        ),
        migrations.AddConstraint(
            model_name='referral',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['fed_back', 'closed']), _negated=True), models.Q(('fed_back_on__isnull', False), models.Q(('feedback', ''), _negated=True)), _connector='OR'), name='housing_referral_fed_back', violation_error_message='反馈要有日期和内容'),
        ),
        migrations.AddConstraint(
            model_name='referral',
            constraint=models.UniqueConstraint(fields=('street_id', 'number'), name='housing_referral_number_once', violation_error_message='本街道已有这个文号'),
        ),
        *[protect(table) for table in TABLES],
        migrations.RunSQL(TIE, LOOSEN),
    ]
