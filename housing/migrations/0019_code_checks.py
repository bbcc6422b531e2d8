"""The monthly lists of house-code exceptions: walled in, and unchanged once their close is published."""

import django.db.models.deletion
import django.db.models.expressions
import portal.orgs.records
from django.db import migrations, models

from portal.orgs.rls import protect

TABLES = ("housing_codecheck", "housing_codeexception")
KEEP = [
    statement
    for table in TABLES
    for statement in (
        f"REVOKE UPDATE ON {table} FROM portal_app",
        f"CREATE TRIGGER {table}_keep BEFORE DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION metrics_keep_snapshot()",
    )
]
LET_GO = [
    statement
    for table in TABLES
    for statement in (
        f"DROP TRIGGER {table}_keep ON {table}",
        f"GRANT UPDATE ON {table} TO portal_app",
    )
]

class Migration(migrations.Migration):

    dependencies = [
        ('housing', '0018_estate_key_holds'),
        ('metrics', '0006_medians'),
        ('orgs', '0012_shared_views'),
    ]

    operations = [
        migrations.CreateModel(
            name='CodeCheck',
            fields=[
                ('id', models.UUIDField(default=portal.orgs.records.new_id, editable=False, primary_key=True, serialize=False)),
                ('street_id', models.GeneratedField(db_persist=True, expression=django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('committee_id'), '/', models.Value(1000)), '*', models.Value(1000)), output_field=models.BigIntegerField(verbose_name='街道（镇）'))),
                ('month', models.DateField(verbose_name='月份')),
                ('dwellings', models.PositiveIntegerField(verbose_name='在册房屋')),
                ('exceptions', models.PositiveIntegerField(verbose_name='例外')),
                ('committee', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgs.orgunit', verbose_name='居（村）委')),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='metrics.metricrun')),
            ],
            options={
                'verbose_name': '房屋编码月度核对',
                'constraints': [models.UniqueConstraint(fields=('run', 'committee'), name='housing_code_check_once')],
            },
        ),
        migrations.CreateModel(
            name='CodeException',
            fields=[
                ('id', models.UUIDField(default=portal.orgs.records.new_id, editable=False, primary_key=True, serialize=False)),
                ('street_id', models.GeneratedField(db_persist=True, expression=django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('committee_id'), '/', models.Value(1000)), '*', models.Value(1000)), output_field=models.BigIntegerField(verbose_name='街道（镇）'))),
                ('month', models.DateField(verbose_name='月份')),
                ('kind', models.CharField(choices=[('missing', '超期未赋码'), ('provisional', '临时码超期'), ('invalid', '格式或校验码不符'), ('retired', '与停用房屋同码'), ('late', '申请超期未审批')], max_length=12, verbose_name='例外')),
                ('place', models.CharField(max_length=160, verbose_name='地址')),
                ('sort_key', models.CharField(db_collation='C', max_length=200)),
                ('code', models.CharField(blank=True, max_length=40, verbose_name='当时编码')),
                ('since', models.DateField(verbose_name='起始日期')),
                ('days', models.PositiveIntegerField(verbose_name='至月末持续天数')),
                ('detail', models.CharField(blank=True, max_length=200, verbose_name='说明')),
                ('committee', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgs.orgunit', verbose_name='居（村）委')),
                ('dwelling', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='housing.dwellingunit', verbose_name='房屋')),
                ('request', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='housing.housecoderequest', verbose_name='申请')),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='metrics.metricrun')),
            ],
            options={
                'verbose_name': '房屋编码例外',
                'indexes': [models.Index(fields=['committee', 'month', 'sort_key', 'id'], name='housing_exceptions_committee'), models.Index(fields=['street_id', 'month', 'sort_key', 'id'], name='housing_exceptions_street'), models.Index(fields=['month', 'sort_key', 'id'], include=('committee',), name='housing_exceptions_district')],
            },
        ),
        *(protect(table) for table in TABLES),
        migrations.RunSQL(KEEP, LET_GO),
    ]
