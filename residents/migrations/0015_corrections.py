"""Requests of residents about their own data, walled; they follow the person to another committee."""

import django.db.models.deletion
import django.db.models.expressions
import portal.orgs.records
from django.db import migrations, models

from portal.orgs.rls import protect


class Migration(migrations.Migration):

    dependencies = [
        ('orgs', '0008_force_member'),
        ('residents', '0014_notices'),
    ]

    operations = [
        migrations.CreateModel(
            name='CorrectionRequest',
            fields=[
                ('id', models.UUIDField(default=portal.orgs.records.new_id, editable=False, primary_key=True, serialize=False)),
                ('street_id', models.GeneratedField(db_persist=True, expression=django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('committee_id'), '/', models.Value(1000)), '*', models.Value(1000)), output_field=models.BigIntegerField(verbose_name='街道（镇）'))),
                ('name', models.CharField(max_length=50, verbose_name='姓名')),
                ('requester', models.CharField(choices=[('self', '本人'), ('guardian', '监护人'), ('authorised', '受托人'), ('relative', '逝者近亲属')], max_length=10, verbose_name='申请人')),
                ('check_method', models.CharField(choices=[('document', '当面核对证件'), ('phone', '登记手机回拨'), ('paper', '委托书和双方证件')], max_length=8, verbose_name='身份核验')),
                ('kind', models.CharField(choices=[('correct', '更正'), ('complete', '补充'), ('delete', '删除'), ('objection', '异议'), ('explanation', '解释说明'), ('view', '查阅'), ('copy', '复制')], max_length=11, verbose_name='事项')),
                ('field', models.CharField(blank=True, max_length=20, verbose_name='内容')),
                ('evidence', models.CharField(choices=[('none', '无'), ('document', '身份证件'), ('hukou', '户口簿'), ('tenancy', '租赁合同或产权证'), ('employer', '单位证明'), ('other', '其他材料')], max_length=8, verbose_name='证明材料')),
                ('sealed', models.BinaryField(verbose_name='申请内容（密文）')),
                ('received_on', models.DateField(verbose_name='收到日期')),
                ('received_at', models.DateTimeField(verbose_name='登记时间')),
                ('received_by', models.CharField(max_length=50, verbose_name='登记人')),
                ('due_on', models.DateField(verbose_name='答复期限')),
                ('rule', models.CharField(max_length=40, verbose_name='所依规则')),
                ('state', models.CharField(choices=[('received', '待答复'), ('decided', '待送达'), ('delivered', '已送达')], default='received', max_length=9, verbose_name='状态')),
                ('result', models.CharField(blank=True, choices=[('granted', '同意'), ('refused', '不同意')], max_length=7, verbose_name='结果')),
                ('answer', models.CharField(blank=True, max_length=300, verbose_name='答复')),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='答复时间')),
                ('decided_by', models.CharField(blank=True, max_length=50, verbose_name='答复人')),
                ('decided_where', models.CharField(blank=True, max_length=60, verbose_name='答复单位')),
                ('delivered_on', models.DateField(blank=True, null=True, verbose_name='送达日期')),
                ('committee', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgs.orgunit', verbose_name='居（村）委')),
                ('resident', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='residents.resident', verbose_name='人员')),
            ],
            options={
                'verbose_name': '更正申请',
                'indexes': [models.Index(fields=['committee', 'received_at', 'id'], name='res_corr_committee'), models.Index(fields=['street_id', 'received_at', 'id'], include=('committee',), name='res_corr_street'), models.Index(fields=['received_at', 'id'], include=('committee',), name='res_corr_district'), models.Index(condition=models.Q(('state', 'delivered'), _negated=True), fields=['committee', 'due_on', 'id'], name='res_corr_due')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('answer', ''), ('decided_at', None), ('decided_by', ''), ('result', ''), ('state', 'received')), models.Q(models.Q(('state', 'received'), _negated=True), ('decided_at__isnull', False), models.Q(('result', ''), _negated=True), models.Q(('answer', ''), _negated=True), models.Q(('decided_by', ''), _negated=True)), _connector='OR'), name='residents_correction_decided_whole', violation_error_message='答复的结果、文字、时间和答复人应齐全'), models.CheckConstraint(condition=models.Q(models.Q(('delivered_on__isnull', False), ('state', 'delivered')), models.Q(models.Q(('state', 'delivered'), _negated=True), ('delivered_on', None)), _connector='OR'), name='residents_correction_delivered_on', violation_error_message='送达的应有送达日期'), models.CheckConstraint(condition=models.Q(('due_on__gte', models.F('received_on'))), name='residents_correction_due_after_received', violation_error_message='答复期限不能早于收到日期')],
            },
        ),
        protect("residents_correctionrequest"),
        migrations.RunSQL(
            "ALTER TABLE residents_correctionrequest ADD CONSTRAINT "
            "residents_correctionrequest_resident_id_committee FOREIGN KEY "
            "(resident_id, committee_id) REFERENCES residents_resident (id, committee_id) "
            "ON UPDATE CASCADE DEFERRABLE INITIALLY IMMEDIATE",
            "ALTER TABLE residents_correctionrequest DROP CONSTRAINT "
            "residents_correctionrequest_resident_id_committee",
        ),
    ]
