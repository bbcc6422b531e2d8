"""Photos of findings, walled; they follow their dwelling to another committee."""

import django.db.models.deletion
import django.db.models.expressions
import portal.orgs.records
from django.db import migrations, models

from portal.orgs.rls import protect

TABLE = "housing_findingphoto"
TIE = (
    f"ALTER TABLE {TABLE} ADD CONSTRAINT {TABLE}_of_dwelling_id "
    "FOREIGN KEY (dwelling_id, committee_id) REFERENCES housing_dwellingunit (id, committee_id) "
    "ON UPDATE CASCADE DEFERRABLE INITIALLY IMMEDIATE"
)


class Migration(migrations.Migration):

    dependencies = [
        ('housing', '0011_changes'),
        ('orgs', '0011_service_roles'),
    ]

    operations = [
        migrations.CreateModel(
            name='FindingPhoto',
            fields=[
                ('id', models.UUIDField(default=portal.orgs.records.new_id, editable=False, primary_key=True, serialize=False)),
                ('street_id', models.GeneratedField(db_persist=True, expression=django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('committee_id'), '/', models.Value(1000)), '*', models.Value(1000)), output_field=models.BigIntegerField(verbose_name='街道（镇）'))),
                ('shows', models.CharField(max_length=100, verbose_name='照片内容')),
                ('stored_file', models.CharField(blank=True, max_length=100, verbose_name='存放位置')),
                ('size', models.PositiveIntegerField(verbose_name='大小（字节）')),
                ('added_by', models.BigIntegerField(verbose_name='上传人编号')),
                ('added_name', models.CharField(max_length=50, verbose_name='上传人')),
                ('added_at', models.DateTimeField(verbose_name='上传时间')),
                ('removed_at', models.DateTimeField(blank=True, null=True, verbose_name='删除时间')),
                ('removed_by', models.CharField(blank=True, max_length=50, verbose_name='删除人')),
                ('remove_reason', models.CharField(blank=True, max_length=200, verbose_name='删除原因')),
                ('committee', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgs.orgunit', verbose_name='居（村）委')),
                ('dwelling', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='housing.dwellingunit', verbose_name='房屋')),
                ('finding', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='photos', to='housing.finding', verbose_name='检查发现')),
            ],
            options={
                'verbose_name': '检查照片',
                'indexes': [models.Index(fields=['finding', 'id'], name='housing_photos_of_finding')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('remove_reason', ''), ('removed_at', None), ('removed_by', ''), models.Q(('stored_file', ''), _negated=True)), models.Q(('removed_at__isnull', False), ('stored_file', ''), models.Q(('removed_by', ''), _negated=True), models.Q(('remove_reason', ''), _negated=True)), _connector='OR'), name='housing_photo_kept_or_removed', violation_error_message='删除照片要有时间、删除人和原因')],
            },
        ),
        protect(TABLE),
        migrations.RunSQL(TIE, f"ALTER TABLE {TABLE} DROP CONSTRAINT {TABLE}_of_dwelling_id"),
    ]
