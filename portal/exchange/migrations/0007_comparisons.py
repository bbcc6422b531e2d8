"""Comparisons with partners' lists, walled in; scenarios hold nothing about anybody."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.expressions
import portal.orgs.records
from django.db import migrations, models

from portal.orgs.rls import protect

WALLED = ("comparisonrun", "comparisonrow", "compareddifference")


class Migration(migrations.Migration):

    dependencies = [
        ('exchange', '0006_reading'),
        ('jobs', '0004_chunk_starts_and_ticks'),
        ('orgs', '0009_housing_officer'),
    ]

    operations = [
        migrations.CreateModel(
            name='DataUseScenario',
            fields=[
                ('id', models.UUIDField(default=portal.orgs.records.new_id, editable=False, primary_key=True, serialize=False)),
                ('title', models.CharField(max_length=60, verbose_name='名称')),
                ('partner', models.CharField(choices=[('population', '市实有人口信息系统'), ('hrss', '人力资源社会保障'), ('housing', '住房保障和房屋管理'), ('civil', '民政'), ('education', '教育（学校）'), ('platform', '居（村）委综合管理信息平台'), ('ledger', '其他电子台账')], max_length=12, verbose_name='来源单位')),
                ('kind', models.CharField(max_length=20, verbose_name='比对内容')),
                ('purpose', models.CharField(max_length=120, verbose_name='用途')),
                ('basis', models.CharField(max_length=200, verbose_name='依据')),
                ('fields', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), size=None, verbose_name='可用字段')),
                ('roles', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), size=None, verbose_name='可用岗位')),
                ('kept_days', models.PositiveSmallIntegerField(verbose_name='保存天数')),
                ('registered_by', models.CharField(max_length=80, verbose_name='登记人')),
                ('registered_at', models.DateTimeField(verbose_name='登记时间')),
                ('closed_on', models.DateField(blank=True, null=True, verbose_name='停用日期')),
                ('closed_by', models.CharField(blank=True, max_length=80, verbose_name='停用人')),
            ],
            options={
                'verbose_name': '数据使用场景',
                'constraints': [models.UniqueConstraint(condition=models.Q(('closed_on', None)), fields=('title',), name='exchange_scenario_once', violation_error_message='已有同名的数据使用场景'), models.CheckConstraint(condition=models.Q(('kept_days__gte', 1), ('kept_days__lte', 90)), name='exchange_scenario_kept_for_a_while', violation_error_message='保存天数应为 1 到 90'), models.CheckConstraint(condition=models.Q(models.Q(('closed_by', ''), ('closed_on', None)), models.Q(('closed_on__isnull', False), models.Q(('closed_by', ''), _negated=True)), _connector='OR'), name='exchange_scenario_closed_on_and_by', violation_error_message='停用日期与停用人应同时填写')],
            },
        ),
        migrations.CreateModel(
            name='ComparisonRun',
            fields=[
                ('id', models.UUIDField(default=portal.orgs.records.new_id, editable=False, primary_key=True, serialize=False)),
                ('street_id', models.GeneratedField(db_persist=True, expression=django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('committee_id'), '/', models.Value(1000)), '*', models.Value(1000)), output_field=models.BigIntegerField(verbose_name='街道（镇）'))),
                ('number', models.CharField(max_length=24, unique=True, verbose_name='编号')),
                ('scenario_title', models.CharField(max_length=60, verbose_name='场景')),
                ('partner', models.CharField(choices=[('population', '市实有人口信息系统'), ('hrss', '人力资源社会保障'), ('housing', '住房保障和房屋管理'), ('civil', '民政'), ('education', '教育（学校）'), ('platform', '居（村）委综合管理信息平台'), ('ledger', '其他电子台账')], max_length=12, verbose_name='来源单位')),
                ('kind', models.CharField(max_length=20, verbose_name='比对内容')),
                ('purpose', models.CharField(max_length=120, verbose_name='用途')),
                ('basis', models.CharField(max_length=200, verbose_name='依据')),
                ('letter', models.CharField(max_length=80, verbose_name='来函文号或说明')),
                ('query', models.CharField(blank=True, max_length=1000, verbose_name='本册范围（地址）')),
                ('conditions', models.JSONField(default=list, verbose_name='本册范围')),
                ('file_name', models.CharField(max_length=120, verbose_name='文件')),
                ('sha256', models.CharField(max_length=64)),
                ('size', models.IntegerField(verbose_name='字节')),
                ('sheet', models.CharField(max_length=80, verbose_name='工作表')),
                ('header_row', models.IntegerField(verbose_name='表头行')),
                ('headers', models.JSONField(default=list, verbose_name='列名')),
                ('mapping', models.JSONField(default=list, verbose_name='对应')),
                ('notes', models.JSONField(default=list, verbose_name='读取说明')),
                ('row_count', models.IntegerField(verbose_name='行数')),
                ('state', models.CharField(choices=[('received', '待对应列'), ('working', '比对中'), ('done', '已完成'), ('cancelled', '已放弃')], default='received', max_length=10, verbose_name='状态')),
                ('counts', models.JSONField(default=dict, verbose_name='结果')),
                ('lead_count', models.IntegerField(default=0, verbose_name='已转线索')),
                ('asked_by', models.BigIntegerField(verbose_name='经办人编号')),
                ('asked_name', models.CharField(max_length=80, verbose_name='经办人')),
                ('asked_at', models.DateTimeField(verbose_name='上传时间')),
                ('finished_at', models.DateTimeField(null=True, verbose_name='完成时间')),
                ('kept_until', models.DateField(verbose_name='保存至')),
                ('emptied_at', models.DateTimeField(null=True, verbose_name='明细删除时间')),
                ('committee', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgs.orgunit', verbose_name='居（村）委')),
                ('job', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='jobs.job')),
                ('scenario', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='exchange.datausescenario')),
            ],
            options={
                'verbose_name': '比对',
            },
        ),
        migrations.CreateModel(
            name='ComparisonRow',
            fields=[
                ('id', models.UUIDField(default=portal.orgs.records.new_id, editable=False, primary_key=True, serialize=False)),
                ('street_id', models.GeneratedField(db_persist=True, expression=django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('committee_id'), '/', models.Value(1000)), '*', models.Value(1000)), output_field=models.BigIntegerField(verbose_name='街道（镇）'))),
                ('line', models.IntegerField(null=True, verbose_name='行')),
                ('key_id', models.CharField(blank=True, max_length=8)),
                ('sealed', models.BinaryField(default=b'', verbose_name='对方内容（密文）')),
                ('told', models.BinaryField(default=b'', verbose_name='差异（密文）')),
                ('result', models.CharField(blank=True, choices=[('only_there', '仅对方有'), ('only_here', '仅本册有'), ('differs', '内容不一致'), ('same', '一致'), ('elsewhere', '登记在外单位'), ('twice', '名单内重复'), ('bad', '无法比对')], max_length=10, verbose_name='结果')),
                ('matched_by', models.CharField(blank=True, max_length=10, verbose_name='对上的依据')),
                ('subject', models.CharField(blank=True, max_length=64)),
                ('fields', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None, verbose_name='不一致的项')),
                ('target_id', models.UUIDField(null=True, verbose_name='本册记录')),
                ('place_id', models.UUIDField(null=True, verbose_name='房屋')),
                ('located', models.BooleanField(default=False, verbose_name='所在居（村）委已确定')),
                ('lead_id', models.UUIDField(null=True, verbose_name='线索')),
                ('committee', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgs.orgunit', verbose_name='居（村）委')),
                ('run', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='rows', to='exchange.comparisonrun')),
            ],
            options={
                'verbose_name': '比对行',
                'indexes': [models.Index(fields=['run', 'result', 'line', 'id'], name='exchange_compared'), models.Index(condition=models.Q(('target_id__isnull', False)), fields=['run', 'target_id'], name='exchange_compared_target'), models.Index(condition=models.Q(('subject', ''), _negated=True), fields=['run', 'subject', 'line'], name='exchange_compared_subject')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('line__isnull', False)), fields=('run', 'line'), name='exchange_compared_once')],
            },
        ),
        migrations.CreateModel(
            name='ComparedDifference',
            fields=[
                ('id', models.UUIDField(default=portal.orgs.records.new_id, editable=False, primary_key=True, serialize=False)),
                ('street_id', models.GeneratedField(db_persist=True, expression=django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('committee_id'), '/', models.Value(1000)), '*', models.Value(1000)), output_field=models.BigIntegerField(verbose_name='街道（镇）'))),
                ('fingerprint', models.CharField(max_length=32)),
                ('lead_id', models.UUIDField(verbose_name='线索')),
                ('at', models.DateTimeField(verbose_name='时间')),
                ('committee', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgs.orgunit', verbose_name='居（村）委')),
                ('run', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='exchange.comparisonrun')),
            ],
            options={
                'verbose_name': '已转线索的差异',
                'constraints': [models.UniqueConstraint(fields=('committee', 'fingerprint'), name='exchange_difference_once')],
            },
        ),
        migrations.AddIndex(
            model_name='comparisonrun',
            index=models.Index(fields=['committee', '-asked_at'], name='exchange_runs'),
        ),
        migrations.AddIndex(
            model_name='comparisonrun',
            index=models.Index(fields=['street_id', '-asked_at'], name='exchange_runs_street'),
        ),
        migrations.AddIndex(
            model_name='comparisonrun',
            index=models.Index(condition=models.Q(('emptied_at', None)), fields=['kept_until'], name='exchange_runs_kept'),
        ),
        *[protect(f"exchange_{name}") for name in WALLED],
    ]
