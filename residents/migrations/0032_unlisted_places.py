"""Places that no list of dwellings has, found on the way of a round; walled like its draws.

Until the round is published the district alone sees them, and each verifier those that the own
post wrote down near dwellings of the open sheet.
"""

import django.db.models.deletion
import django.db.models.expressions
import portal.orgs.records
from django.db import migrations, models

from portal.orgs.rls import protect

TABLE = "residents_spotplace"
MINE = "post_id = (SELECT (app_actor_post()).id)"
ABOVE = "(SELECT app_span()) > 999"
ON_THE_WAY = (
    "EXISTS (SELECT 1 FROM residents_spotitem i"
    f" WHERE i.round_id = {TABLE}.round_id AND i.committee_id = {TABLE}.committee_id)"
)
NOTES = f"{MINE} AND NOT disclosed AND {ON_THE_WAY}"
WALLS = [
    f"CREATE POLICY sealed ON {TABLE} AS RESTRICTIVE USING (disclosed OR {ABOVE} OR {MINE})",
    f"CREATE POLICY verifier_notes ON {TABLE} USING ({NOTES}) WITH CHECK ({NOTES})",
]
UNDO = [f"DROP POLICY {name} ON {TABLE}" for name in ("verifier_notes", "sealed")]


class Migration(migrations.Migration):

    dependencies = [
        ('orgs', '0012_shared_views'),
        ('residents', '0031_rechecks_hold'),
    ]

    operations = [
        migrations.CreateModel(
            name='SpotPlace',
            fields=[
                ('id', models.UUIDField(default=portal.orgs.records.new_id, editable=False, primary_key=True, serialize=False)),
                ('street_id', models.GeneratedField(db_persist=True, expression=django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('committee_id'), '/', models.Value(1000)), '*', models.Value(1000)), output_field=models.BigIntegerField(verbose_name='街道（镇）'))),
                ('place', models.CharField(blank=True, max_length=80, verbose_name='地点')),
                ('what', models.CharField(choices=[('home', '住宅'), ('shop', '店铺、办公用房'), ('basement', '地下室、车库'), ('shed', '工棚、搭建'), ('other', '其他')], max_length=8, verbose_name='是什么地方')),
                ('people', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='所见人数')),
                ('noted_on', models.DateField(verbose_name='发现日期')),
                ('post_id', models.BigIntegerField(blank=True, null=True, verbose_name='核查岗位')),
                ('verifier', models.CharField(blank=True, max_length=50, verbose_name='核查员')),
                ('told_on', models.DateField(blank=True, null=True, verbose_name='公布日期')),
                ('disclosed', models.BooleanField(default=False, verbose_name='已公布')),
                ('committee', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgs.orgunit', verbose_name='居（村）委')),
                ('lead', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='residents.lead', verbose_name='所转线索')),
                ('round', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='places', to='residents.spotround')),
            ],
            options={
                'verbose_name': '名单外住处',
                'indexes': [models.Index(fields=['committee', 'id'], name='res_spot_place')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('place', ''), _negated=True), fields=('round', 'committee', 'place'), name='residents_spot_place_once', violation_error_message='这个地点已经记过'), models.CheckConstraint(condition=models.Q(models.Q(('disclosed', False), ('lead', None), ('told_on', None)), models.Q(('disclosed', True), ('lead__isnull', False), ('told_on__isnull', False)), _connector='OR'), name='residents_spot_place_told_whole', violation_error_message='公布的名单外住处应有日期和线索')],
            },
        ),
        protect(TABLE),
        migrations.RunSQL(WALLS, UNDO),
    ]
