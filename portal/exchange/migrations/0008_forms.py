"""Other offices' forms, walled in, and exports that fill one."""

import django.db.models.deletion
import django.db.models.expressions
import portal.orgs.records
from django.db import migrations, models

from portal.orgs.rls import protect


class Migration(migrations.Migration):

    dependencies = [
        ('exchange', '0007_comparisons'),
        ('orgs', '0009_housing_officer'),
    ]

    operations = [
        migrations.AddField(
            model_name='exportrequest',
            name='form_title',
            field=models.CharField(blank=True, db_default='', max_length=120, verbose_name='来表'),
        ),
        migrations.CreateModel(
            name='BlankForm',
            fields=[
                ('id', models.UUIDField(default=portal.orgs.records.new_id, editable=False, primary_key=True, serialize=False)),
                ('street_id', models.GeneratedField(db_persist=True, expression=django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('committee_id'), '/', models.Value(1000)), '*', models.Value(1000)), output_field=models.BigIntegerField(verbose_name='街道（镇）'))),
                ('title', models.CharField(max_length=120, verbose_name='表名')),
                ('sender', models.CharField(max_length=60, verbose_name='来表单位')),
                ('kind', models.CharField(max_length=40, verbose_name='内容')),
                ('sha256', models.CharField(max_length=64)),
                ('sealed', models.BinaryField(verbose_name='空表（密文）')),
                ('top', models.BinaryField(verbose_name='各工作表开头（密文）')),
                ('sheet', models.CharField(max_length=80, verbose_name='工作表')),
                ('header_row', models.IntegerField(default=0, verbose_name='表头行')),
                ('headers', models.JSONField(default=list, verbose_name='列名')),
                ('mapping', models.JSONField(default=list, verbose_name='对应')),
                ('notes', models.JSONField(default=list, verbose_name='读取说明')),
                ('is_mapped', models.BooleanField(default=False, verbose_name='已对应列')),
                ('uploaded_by', models.BigIntegerField(verbose_name='经办人编号')),
                ('uploaded_name', models.CharField(max_length=80, verbose_name='经办人')),
                ('uploaded_at', models.DateTimeField(verbose_name='上传时间')),
                ('used_at', models.DateTimeField(null=True, verbose_name='最近填写')),
                ('removed_at', models.DateTimeField(null=True, verbose_name='删除时间')),
                ('committee', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgs.orgunit', verbose_name='居（村）委')),
            ],
            options={
                'verbose_name': '来表',
                'indexes': [models.Index(fields=['committee', '-uploaded_at'], name='exchange_forms')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('removed_at', None)), fields=('committee', 'kind', 'sha256'), name='exchange_form_once', violation_error_message='这张来表已经上传过'), models.CheckConstraint(condition=models.Q(('is_mapped', False), ('header_row__gt', 0), _connector='OR'), name='exchange_form_mapped_with_header', violation_error_message='先确定表头，再对应列')],
            },
        ),
        migrations.AddField(
            model_name='exportrequest',
            name='form',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='exchange.blankform'),
        ),
        protect("exchange_blankform"),
    ]
