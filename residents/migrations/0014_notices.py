"""Notices in buildings, and the one door by which somebody without a login tells a committee.

`open_notice` says where a valid code leads. `declare_lead` takes a lead for a valid notice and gives
back its committee, or nothing: for a notice that is not valid, and above a number that no rule
lifts, so that a stacked statement cannot fill the table. Neither reads anything of the register.
"""

import django.db.models.deletion
import django.db.models.expressions
import portal.orgs.records
from django.db import migrations, models

from portal.orgs.rls import protect


DOORS = """
ALTER TABLE residents_buildingnotice ADD CONSTRAINT residents_buildingnotice_building_id_committee
    FOREIGN KEY (building_id, committee_id) REFERENCES housing_building (id, committee_id)
    ON UPDATE CASCADE DEFERRABLE INITIALLY IMMEDIATE;

CREATE FUNCTION open_notice(code uuid) RETURNS TABLE (committee bigint, place text, short text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
AS $$
    SELECT n.committee_id, b.name::text, b.short_name::text
    FROM public.residents_buildingnotice n JOIN public.housing_building b ON b.id = n.building_id
    WHERE n.id = code AND n.revoked_at IS NULL
$$;

CREATE FUNCTION declare_lead(
    code uuid, lead uuid, change text, spot text, words bytea, told timestamptz, due date,
    rule_label text
) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public
AS $$
DECLARE
    found public.residents_buildingnotice;
    waiting integer;
BEGIN
    SELECT * INTO found FROM public.residents_buildingnotice n
    WHERE n.id = code AND n.revoked_at IS NULL FOR UPDATE;
    IF found.id IS NULL THEN RETURN NULL; END IF;
    SELECT count(*) INTO waiting FROM public.residents_lead l
    WHERE l.committee_id = found.committee_id AND l.building_id = found.building_id
    AND l.state = 'submitted' AND l.channel = '07';
    IF waiting >= 200 THEN RETURN NULL; END IF;
    INSERT INTO public.residents_lead (
        id, committee_id, building_id, place, kind, subject, channel, priority, sealed, state,
        result, submitted_at, submitted_by, assigned_to, triaged_by, due_on, visited_by, finding,
        rule, closed_by
    ) VALUES (
        lead, found.committee_id, found.building_id, left(spot, 80), change, 'person', '07', 'mid',
        words, 'submitted', '', told, '居民本人', '', '', due, '', '', left(rule_label, 40), ''
    );
    RETURN found.committee_id;
END
$$;
"""
UNDO_DOORS = """
DROP FUNCTION declare_lead(uuid, uuid, text, text, bytea, timestamptz, date, text);
DROP FUNCTION open_notice(uuid);
ALTER TABLE residents_buildingnotice
    DROP CONSTRAINT residents_buildingnotice_building_id_committee;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('housing', '0004_rooms'),
        ('orgs', '0008_force_member'),
        ('residents', '0013_leads'),
    ]

    operations = [
        migrations.CreateModel(
            name='BuildingNotice',
            fields=[
                ('id', models.UUIDField(default=portal.orgs.records.new_id, editable=False, primary_key=True, serialize=False)),
                ('street_id', models.GeneratedField(db_persist=True, expression=django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('committee_id'), '/', models.Value(1000)), '*', models.Value(1000)), output_field=models.BigIntegerField(verbose_name='街道（镇）'))),
                ('place', models.CharField(max_length=120, verbose_name='楼栋')),
                ('made_at', models.DateTimeField(verbose_name='生成时间')),
                ('made_by', models.CharField(max_length=50, verbose_name='生成人')),
                ('revoked_at', models.DateTimeField(blank=True, null=True, verbose_name='停用时间')),
                ('revoked_by', models.CharField(blank=True, max_length=50, verbose_name='停用人')),
                ('building', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='housing.building', verbose_name='楼栋')),
                ('committee', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgs.orgunit', verbose_name='居（村）委')),
            ],
            options={
                'verbose_name': '自主申报告知单',
                'indexes': [models.Index(fields=['committee', 'building'], name='res_notice_building')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('revoked_at', None)), fields=('building',), name='residents_one_valid_notice', violation_error_message='这一幢已有在用的告知单'), models.CheckConstraint(condition=models.Q(models.Q(('revoked_at', None), ('revoked_by', '')), models.Q(('revoked_at__isnull', False), models.Q(('revoked_by', ''), _negated=True)), _connector='OR'), name='residents_notice_revoked_at_and_by', violation_error_message='停用时间与停用人应同时填写')],
            },
        ),
        protect("residents_buildingnotice"),
        migrations.RunSQL(DOORS, UNDO_DOORS),
    ]
