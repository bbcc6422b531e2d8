"""Who was welcomed, walled; it follows the person to another committee."""

import django.db.models.deletion
import django.db.models.expressions
import portal.orgs.records
from django.db import migrations, models

from portal.orgs.rls import protect


class Migration(migrations.Migration):

    dependencies = [
        ('orgs', '0009_housing_officer'),
        ('residents', '0025_appeals'),
    ]

    operations = [
        migrations.CreateModel(
            name='NewcomerService',
            fields=[
                ('id', models.UUIDField(default=portal.orgs.records.new_id, editable=False, primary_key=True, serialize=False)),
                ('street_id', models.GeneratedField(db_persist=True, expression=django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('committee_id'), '/', models.Value(1000)), '*', models.Value(1000)), output_field=models.BigIntegerField(verbose_name='街道（镇）'))),
                ('handed_on', models.DateField(verbose_name='告知日期')),
                ('form', models.CharField(choices=[('paper', '纸质告知单'), ('spoken', '当面讲解'), ('sent', '电子版')], max_length=6, verbose_name='方式')),
                ('language', models.CharField(choices=[('zh', '中文'), ('en', '中英对照'), ('dialect', '用方言讲解'), ('signed', '手语或书写交流')], max_length=7, verbose_name='语言')),
                ('edition', models.CharField(max_length=20, verbose_name='告知单版本')),
                ('rule', models.CharField(max_length=40, verbose_name='所依规则')),
                ('noted_at', models.DateTimeField(verbose_name='登记时间')),
                ('noted_by', models.CharField(max_length=50, verbose_name='登记人')),
                ('committee', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgs.orgunit', verbose_name='居（村）委')),
                ('resident', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='residents.resident', verbose_name='人员')),
            ],
            options={
                'verbose_name': '来沪人员告知',
                'constraints': [models.UniqueConstraint(fields=('resident',), name='residents_welcomed_once', violation_error_message='这位来沪人员已经告知过')],
            },
        ),
        protect("residents_newcomerservice"),
        migrations.RunSQL(
            "ALTER TABLE residents_newcomerservice ADD CONSTRAINT "
            "residents_newcomerservice_resident_id_committee FOREIGN KEY "
            "(resident_id, committee_id) REFERENCES residents_resident (id, committee_id) "
            "ON UPDATE CASCADE DEFERRABLE INITIALLY IMMEDIATE",
            "ALTER TABLE residents_newcomerservice DROP CONSTRAINT "
            "residents_newcomerservice_resident_id_committee",
        ),
    ]
