"""Residence proofs, walled; one stays with the committee that issued it."""

import django.db.models.deletion
import django.db.models.expressions
import portal.orgs.records
from django.db import migrations, models

from portal.orgs.rls import protect


class Migration(migrations.Migration):

    dependencies = [
        ('orgs', '0013_one_look_at_the_scope'),
        ('residents', '0036_newcomers'),
    ]

    operations = [
        migrations.CreateModel(
            name='ResidenceProof',
            fields=[
                ('id', models.UUIDField(default=portal.orgs.records.new_id, editable=False, primary_key=True, serialize=False)),
                ('street_id', models.GeneratedField(db_persist=True, expression=django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('committee_id'), '/', models.Value(1000)), '*', models.Value(1000)), output_field=models.BigIntegerField(verbose_name='街道（镇）'))),
                ('name', models.CharField(max_length=50, verbose_name='姓名')),
                ('id_mask', models.CharField(blank=True, max_length=24, verbose_name='证件号码（遮盖）')),
                ('kind', models.CharField(choices=[('permit', '申办居住证件'), ('living', '居住情况')], max_length=6, verbose_name='种类')),
                ('purpose', models.CharField(max_length=60, verbose_name='用途')),
                ('address', models.CharField(max_length=200, verbose_name='居住地址')),
                ('lives_since', models.DateField(verbose_name='居住开始')),
                ('facts', models.JSONField(default=list, verbose_name='核实事实')),
                ('asked_at', models.DateTimeField(verbose_name='登记时间')),
                ('asked_by_id', models.BigIntegerField(verbose_name='核实人编号')),
                ('asked_by', models.CharField(max_length=50, verbose_name='核实人')),
                ('due_on', models.DateField(verbose_name='签发期限')),
                ('rule', models.CharField(max_length=40, verbose_name='所依规则')),
                ('state', models.CharField(choices=[('asked', '待签发'), ('issued', '已签发'), ('refused', '不予开具'), ('revoked', '已撤销')], default='asked', max_length=7, verbose_name='状态')),
                ('number', models.CharField(blank=True, max_length=24, verbose_name='编号')),
                ('issued_on', models.DateField(blank=True, null=True, verbose_name='签发日期')),
                ('issued_by_id', models.BigIntegerField(blank=True, null=True, verbose_name='签发人编号')),
                ('issued_by', models.CharField(blank=True, max_length=50, verbose_name='签发人')),
                ('valid_until', models.DateField(blank=True, null=True, verbose_name='有效期至')),
                ('reason', models.CharField(blank=True, max_length=200, verbose_name='不予开具或撤销的理由')),
                ('ended_on', models.DateField(blank=True, null=True, verbose_name='不予开具或撤销日期')),
                ('ended_by', models.CharField(blank=True, max_length=50, verbose_name='不予开具或撤销人')),
                ('committee', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgs.orgunit', verbose_name='居（村）委')),
                ('resident', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='residents.resident', verbose_name='人员')),
            ],
            options={
                'verbose_name': '住所证明',
                'indexes': [models.Index(fields=['committee', 'asked_at', 'id'], name='res_proof_committee'), models.Index(fields=['street_id', 'asked_at', 'id'], include=('committee',), name='res_proof_street'), models.Index(fields=['asked_at', 'id'], include=('committee',), name='res_proof_district'), models.Index(condition=models.Q(('state', 'asked')), fields=['committee', 'due_on', 'id'], name='res_proof_due'), models.Index(fields=['resident', 'kind'], include=('committee',), name='res_proof_of')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('number', ''), _negated=True), fields=('number',), name='residents_proof_number_once', violation_error_message='这个编号已经用过'), models.CheckConstraint(condition=models.Q(('issued_by_id', None), models.Q(('issued_by_id', models.F('asked_by_id')), _negated=True), _connector='OR'), name='residents_proof_other_hand', violation_error_message='核实人不能签发自己核实的证明'), models.CheckConstraint(condition=models.Q(models.Q(('issued_by_id__isnull', False), ('issued_on__isnull', False), ('state__in', ['issued', 'revoked']), ('valid_until__gte', models.F('issued_on')), models.Q(('number', ''), _negated=True), models.Q(('issued_by', ''), _negated=True)), models.Q(('issued_by', ''), ('issued_by_id', None), ('issued_on', None), ('number', ''), ('state__in', ['asked', 'refused']), ('valid_until', None)), _connector='OR'), name='residents_proof_issued_whole', violation_error_message='签发的应有编号、日期、签发人和有效期'), models.CheckConstraint(condition=models.Q(models.Q(('ended_on__isnull', False), ('state__in', ['refused', 'revoked']), models.Q(('reason', ''), _negated=True), models.Q(('ended_by', ''), _negated=True)), models.Q(('ended_by', ''), ('ended_on', None), ('reason', ''), ('state__in', ['asked', 'issued'])), _connector='OR'), name='residents_proof_ended_whole', violation_error_message='不予开具、撤销的应有理由、日期和经办人')],
            },
        ),
        protect("residents_residenceproof"),
    ]
