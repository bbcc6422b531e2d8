"""Spot checks: rounds, draws and people found, shown to the units under test once published.

Until then the district alone sees them, and each verifier the open sheet given to their post: a
verifier comes from another street, whose walls would show nothing of it.
"""

import django.db.models.deletion
import django.db.models.expressions
import portal.orgs.records
from django.db import migrations, models

from portal.orgs.rls import protect

MINE = "post_id = (SELECT (app_actor_post()).id)"
OPEN = f"{MINE} AND is_open AND opens_on <= (now() AT TIME ZONE 'Asia/Shanghai')::date"
ABOVE = "(SELECT app_span()) > 999"
ITEM, PERSON, ROUND = "residents_spotitem", "residents_spotperson", "residents_spotround"
WALLS = [
    f"CREATE POLICY sealed ON {ROUND} AS RESTRICTIVE"
    f" USING (published_at IS NOT NULL OR {ABOVE})",
    f"CREATE POLICY sealed ON {ITEM} AS RESTRICTIVE USING (disclosed OR {ABOVE} OR ({OPEN}))",
    f"CREATE POLICY sealed ON {PERSON} AS RESTRICTIVE USING (disclosed OR {ABOVE} OR {MINE})",
    f"CREATE POLICY verifier_reads ON {ITEM} FOR SELECT USING ({OPEN})",
    f"CREATE POLICY verifier_enters ON {ITEM} FOR UPDATE USING ({OPEN}) WITH CHECK ({OPEN})",
    f"CREATE POLICY verifier_writes ON {PERSON} USING ({MINE} AND EXISTS ("
    f"SELECT 1 FROM {ITEM} i WHERE i.id = item_id)) WITH CHECK ({MINE} AND EXISTS ("
    f"SELECT 1 FROM {ITEM} i WHERE i.id = item_id))",
    f"ALTER TABLE {ITEM} ADD CONSTRAINT {ITEM}_dwelling_id_committee "
    "FOREIGN KEY (dwelling_id, committee_id) REFERENCES housing_dwellingunit (id, committee_id) "
    "ON UPDATE CASCADE DEFERRABLE INITIALLY IMMEDIATE",
    f"ALTER TABLE {PERSON} ADD CONSTRAINT {PERSON}_item_id_committee "
    f"FOREIGN KEY (item_id, committee_id) REFERENCES {ITEM} (id, committee_id) "
    "ON UPDATE CASCADE DEFERRABLE INITIALLY IMMEDIATE",
]
UNDO = [
    f"ALTER TABLE {PERSON} DROP CONSTRAINT {PERSON}_item_id_committee",
    f"ALTER TABLE {ITEM} DROP CONSTRAINT {ITEM}_dwelling_id_committee",
    f"DROP POLICY verifier_writes ON {PERSON}",
    f"DROP POLICY verifier_enters ON {ITEM}",
    f"DROP POLICY verifier_reads ON {ITEM}",
    *(f"DROP POLICY sealed ON {table}" for table in (PERSON, ITEM, ROUND)),
]


class Migration(migrations.Migration):

    dependencies = [
        ('housing', '0009_dwelling_rooms'),
        ('orgs', '0009_housing_officer'),
        ('residents', '0016_room_places'),
    ]

    operations = [
        migrations.CreateModel(
            name='SpotRound',
            fields=[
                ('id', models.UUIDField(default=portal.orgs.records.new_id, editable=False, primary_key=True, serialize=False)),
                ('street_id', models.GeneratedField(db_persist=True, expression=django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('committee_id'), '/', models.Value(1000)), '*', models.Value(1000)), output_field=models.BigIntegerField(verbose_name='街道（镇）'))),
                ('kind', models.CharField(choices=[('forward', '顺查'), ('reverse', '倒查')], max_length=8, verbose_name='类别')),
                ('as_of', models.DateField(verbose_name='时点')),
                ('field_from', models.DateField(verbose_name='上门开始')),
                ('field_to', models.DateField(verbose_name='上门截止')),
                ('plan', models.JSONField(default=dict, verbose_name='样本量依据')),
                ('wanted', models.PositiveIntegerField(verbose_name='拟抽数')),
                ('seed', models.CharField(blank=True, max_length=64, verbose_name='随机种子')),
                ('frame', models.BinaryField(default=bytes, verbose_name='抽样框')),
                ('frame_hash', models.CharField(blank=True, max_length=64, verbose_name='抽样框哈希')),
                ('design', models.JSONField(default=dict, verbose_name='分层')),
                ('state', models.CharField(choices=[('planned', '已计划'), ('drawn', '已抽取'), ('in_field', '上门中'), ('matching', '比对中'), ('published', '已公布'), ('extended', '已补抽')], default='planned', max_length=9, verbose_name='状态')),
                ('result', models.JSONField(default=dict, verbose_name='结果')),
                ('counted', models.BooleanField(default=False, verbose_name='计入指标')),
                ('planned_at', models.DateTimeField(verbose_name='计划时间')),
                ('planned_by', models.CharField(max_length=50, verbose_name='计划人')),
                ('drawn_at', models.DateTimeField(blank=True, null=True, verbose_name='抽取时间')),
                ('drawn_by', models.CharField(blank=True, max_length=50, verbose_name='抽取人')),
                ('opened_at', models.DateTimeField(blank=True, null=True, verbose_name='开始上门时间')),
                ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='结束上门时间')),
                ('published_at', models.DateTimeField(blank=True, null=True, verbose_name='公布时间')),
                ('published_by', models.CharField(blank=True, max_length=50, verbose_name='公布人')),
                ('purged_at', models.DateTimeField(blank=True, null=True, verbose_name='抽查表删除时间')),
                ('committee', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgs.orgunit', verbose_name='居（村）委')),
                ('extends', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='extensions', to='residents.spotround', verbose_name='补抽自')),
            ],
            options={
                'verbose_name': '抽查',
            },
        ),
        migrations.CreateModel(
            name='SpotItem',
            fields=[
                ('id', models.UUIDField(default=portal.orgs.records.new_id, editable=False, primary_key=True, serialize=False)),
                ('street_id', models.GeneratedField(db_persist=True, expression=django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('committee_id'), '/', models.Value(1000)), '*', models.Value(1000)), output_field=models.BigIntegerField(verbose_name='街道（镇）'))),
                ('kind', models.CharField(choices=[('forward', '顺查'), ('reverse', '倒查')], max_length=8, verbose_name='类别')),
                ('number', models.PositiveIntegerField(verbose_name='序号')),
                ('residence_id', models.UUIDField(blank=True, null=True, verbose_name='抽中记录')),
                ('stratum', models.CharField(max_length=20, verbose_name='层')),
                ('place', models.CharField(blank=True, max_length=160, verbose_name='地址')),
                ('name', models.CharField(blank=True, max_length=50, verbose_name='姓名')),
                ('as_of', models.DateField(verbose_name='时点')),
                ('opens_on', models.DateField(verbose_name='下发日期')),
                ('closes_on', models.DateField(verbose_name='截止日期')),
                ('is_open', models.BooleanField(default=False, verbose_name='上门中')),
                ('post_id', models.BigIntegerField(blank=True, null=True, verbose_name='核查岗位')),
                ('post_unit', models.BigIntegerField(blank=True, null=True, verbose_name='核查员单位')),
                ('verifier', models.CharField(blank=True, max_length=50, verbose_name='核查员')),
                ('visits', models.JSONField(default=list, verbose_name='上门记录')),
                ('outcome', models.CharField(blank=True, choices=[('lived', '有人住'), ('vacant', '没人住'), ('gone', '房屋不存在'), ('nobody', '没人应门'), ('refused', '不愿回答'), ('lives', '住在这里'), ('moved', '已搬走'), ('never', '没住过'), ('deceased', '已去世')], max_length=10, verbose_name='结果')),
                ('on_paper', models.BooleanField(default=False, verbose_name='按纸质表录入')),
                ('field_checks', models.JSONField(default=dict, verbose_name='字段核对')),
                ('cases', models.PositiveSmallIntegerField(default=0, verbose_name='核见数')),
                ('right', models.PositiveSmallIntegerField(default=0, verbose_name='相符数')),
                ('records', models.PositiveSmallIntegerField(default=0, verbose_name='登记数')),
                ('proven', models.PositiveSmallIntegerField(default=0, verbose_name='证实数')),
                ('weight', models.DecimalField(decimal_places=4, default=0, max_digits=12, verbose_name='权重')),
                ('counted_on', models.DateField(blank=True, null=True, verbose_name='计入日期')),
                ('disclosed', models.BooleanField(default=False, verbose_name='已公布')),
                ('version', models.IntegerField(default=1)),
                ('committee', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgs.orgunit', verbose_name='居（村）委')),
                ('dwelling', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='housing.dwellingunit', verbose_name='房屋')),
                ('round', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='items', to='residents.spotround')),
            ],
            options={
                'verbose_name': '抽查对象',
            },
        ),
        migrations.CreateModel(
            name='SpotPerson',
            fields=[
                ('id', models.UUIDField(default=portal.orgs.records.new_id, editable=False, primary_key=True, serialize=False)),
                ('street_id', models.GeneratedField(db_persist=True, expression=django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('committee_id'), '/', models.Value(1000)), '*', models.Value(1000)), output_field=models.BigIntegerField(verbose_name='街道（镇）'))),
                ('post_id', models.BigIntegerField(verbose_name='核查岗位')),
                ('name', models.CharField(blank=True, max_length=50, verbose_name='姓名')),
                ('sex', models.CharField(blank=True, max_length=1, verbose_name='性别')),
                ('born', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='出生年')),
                ('tail', models.CharField(blank=True, max_length=4, verbose_name='证件末四位')),
                ('category', models.CharField(blank=True, max_length=2, verbose_name='人口类别')),
                ('degree', models.CharField(blank=True, choices=[('exact', '一致'), ('near', '相近'), ('none', '没有')], max_length=5, verbose_name='比对')),
                ('record_id', models.UUIDField(blank=True, null=True, verbose_name='相近的登记')),
                ('is_here', models.BooleanField(default=False, verbose_name='登记在同一户')),
                ('verdicts', models.JSONField(default=list, verbose_name='核对意见')),
                ('right', models.BooleanField(null=True, verbose_name='登记相符')),
                ('lead_id', models.UUIDField(blank=True, null=True, verbose_name='所转线索')),
                ('disclosed', models.BooleanField(default=False, verbose_name='已公布')),
                ('committee', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgs.orgunit', verbose_name='居（村）委')),
                ('item', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='people', to='residents.spotitem')),
            ],
            options={
                'verbose_name': '抽查核见人员',
                'indexes': [models.Index(fields=['committee', 'id'], name='res_spot_person')],
            },
        ),
        migrations.AddIndex(
            model_name='spotround',
            index=models.Index(fields=['street_id', 'as_of', 'id'], name='res_spot_street'),
        ),
        migrations.AddIndex(
            model_name='spotround',
            index=models.Index(fields=['as_of', 'id'], include=('committee',), name='res_spot_district'),
        ),
        migrations.AddConstraint(
            model_name='spotround',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['planned', 'drawn', 'in_field', 'matching'])), fields=('committee', 'kind'), name='residents_one_open_spot_round', violation_error_message='这个街道（镇）同类抽查还在进行，请等它公布'),
        ),
        migrations.AddConstraint(
            model_name='spotround',
            constraint=models.CheckConstraint(condition=models.Q(('field_to__gte', models.F('field_from'))), name='residents_spot_field_in_order', violation_error_message='上门截止不能早于开始'),
        ),
        migrations.AddConstraint(
            model_name='spotround',
            constraint=models.CheckConstraint(condition=models.Q(('field_from__gt', models.F('as_of'))), name='residents_spot_field_after_night', violation_error_message='上门应在时点当晚以后'),
        ),
        migrations.AddConstraint(
            model_name='spotround',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('drawn_at', None), ('frame_hash', ''), ('seed', ''), ('state', 'planned')), models.Q(('drawn_at__isnull', False), models.Q(('seed', ''), _negated=True), models.Q(('frame_hash', ''), _negated=True)), _connector='OR'), name='residents_spot_drawn_whole', violation_error_message='抽取的时间、种子和抽样框哈希应齐全'),
        ),
        migrations.AddConstraint(
            model_name='spotround',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('published_at__isnull', False), ('state__in', ['published', 'extended'])), models.Q(models.Q(('state__in', ['published', 'extended']), _negated=True), ('counted', False), ('published_at', None)), _connector='OR'), name='residents_spot_published_at', violation_error_message='公布的抽查应有公布时间'),
        ),
        migrations.AddIndex(
            model_name='spotitem',
            index=models.Index(condition=models.Q(('is_open', True)), fields=['post_id', 'number'], name='res_spot_sheet'),
        ),
        migrations.AddIndex(
            model_name='spotitem',
            index=models.Index(condition=models.Q(('counted_on__isnull', False)), fields=['committee', 'kind', 'as_of'], name='res_spot_counted'),
        ),
        migrations.AddConstraint(
            model_name='spotitem',
            constraint=models.UniqueConstraint(fields=('round', 'number'), name='residents_spot_item_once'),
        ),
        migrations.AddConstraint(
            model_name='spotitem',
            constraint=models.UniqueConstraint(fields=('id', 'committee'), name='residents_spot_committee'),
        ),
        migrations.AddConstraint(
            model_name='spotitem',
            constraint=models.CheckConstraint(condition=models.Q(('right__lte', models.F('cases')), ('proven__lte', models.F('records'))), name='residents_spot_right_within', violation_error_message='相符数不能大于核见数，证实数不能大于登记数'),
        ),
        migrations.AddConstraint(
            model_name='spotitem',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('post_id', None), ('post_unit', None), ('verifier', '')), models.Q(('post_id__isnull', False), models.Q(('post_unit', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('committee_id'), '/', models.Value(1000)), '*', models.Value(1000))), _negated=True)), _connector='OR'), name='residents_spot_verifier_from_elsewhere', violation_error_message='核查员不能来自被查的街道（镇）'),
        ),
        protect(ROUND),
        protect(ITEM),
        protect(PERSON),
        migrations.RunSQL(WALLS, UNDO),
    ]
