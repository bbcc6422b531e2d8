"""Requests for transfer between committees, walled for both sides (D-5)."""

import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

import portal.orgs.records
from portal.orgs.rls import FORMER_POLICY, protect

# The committee that holds the registration sees the request and answers it; it makes none in the
# name of another. A dwelling hangs on the asking committee, as everywhere.
HOLDER = FORMER_POLICY.format(column="holder_id")
OTHER_SIDE = [
    f"CREATE POLICY holder_reads ON residents_transfer FOR SELECT USING {HOLDER}",
    f"CREATE POLICY holder_answers ON residents_transfer FOR UPDATE USING {HOLDER}"
    f" WITH CHECK {HOLDER}",
    "ALTER TABLE residents_transfer ADD CONSTRAINT residents_transfer_dwelling_id_committee "
    "FOREIGN KEY (dwelling_id, committee_id) REFERENCES housing_dwellingunit (id, committee_id) "
    "ON UPDATE CASCADE DEFERRABLE INITIALLY IMMEDIATE",
]
UNDO_OTHER_SIDE = [
    "ALTER TABLE residents_transfer DROP CONSTRAINT residents_transfer_dwelling_id_committee",
    "DROP POLICY holder_answers ON residents_transfer",
    "DROP POLICY holder_reads ON residents_transfer",
]


class Migration(migrations.Migration):
    dependencies = [
        ("housing", "0004_rooms"),
        ("orgs", "0005_guard_of_posts"),
        ("residents", "0009_committee_counts"),
    ]

    operations = [
        migrations.CreateModel(
            name="Transfer",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=portal.orgs.records.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "street_id",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.expressions.CombinedExpression(
                            django.db.models.expressions.CombinedExpression(
                                models.F("committee_id"), "/", models.Value(1000)
                            ),
                            "*",
                            models.Value(1000),
                        ),
                        output_field=models.BigIntegerField(verbose_name="街道（镇）"),
                    ),
                ),
                ("name", models.CharField(max_length=50, verbose_name="姓名")),
                ("id_mask", models.CharField(max_length=24, verbose_name="证件号码（遮盖）")),
                ("address", models.CharField(max_length=200, verbose_name="迁入地址")),
                ("category", models.CharField(max_length=2, verbose_name="人口类别")),
                ("moved_on", models.DateField(verbose_name="迁入日期")),
                (
                    "residence_reason",
                    models.CharField(blank=True, max_length=2, verbose_name="居住事由"),
                ),
                (
                    "tenancy_role",
                    models.CharField(blank=True, max_length=2, verbose_name="居住身份"),
                ),
                ("relation", models.CharField(blank=True, max_length=2, verbose_name="与户主关系")),
                ("seen_on", models.DateField(verbose_name="入户日期")),
                ("method", models.CharField(max_length=2, verbose_name="核实方式")),
                ("reason", models.CharField(max_length=200, verbose_name="事由")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "待答复"),
                            ("disputed", "待裁定"),
                            ("done", "已移交"),
                            ("denied", "不移交"),
                            ("withdrawn", "已撤回"),
                        ],
                        default="asked",
                        max_length=9,
                        verbose_name="状态",
                    ),
                ),
                ("asked_at", models.DateTimeField(verbose_name="发起时间")),
                ("asked_by", models.CharField(max_length=50, verbose_name="发起人")),
                ("due_on", models.DateField(verbose_name="期限")),
                ("answer", models.CharField(blank=True, max_length=200, verbose_name="答复")),
                (
                    "answered_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="答复时间"),
                ),
                ("answered_by", models.CharField(blank=True, max_length=50, verbose_name="答复人")),
                ("decision", models.CharField(blank=True, max_length=200, verbose_name="裁定")),
                (
                    "decided_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="裁定时间"),
                ),
                ("decided_by", models.CharField(blank=True, max_length=50, verbose_name="裁定人")),
                (
                    "committee",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orgs.orgunit",
                        verbose_name="居（村）委",
                    ),
                ),
                (
                    "decider",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orgs.orgunit",
                        verbose_name="裁定单位",
                    ),
                ),
                (
                    "dwelling",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="housing.dwellingunit",
                        verbose_name="迁入房屋",
                    ),
                ),
                (
                    "holder",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orgs.orgunit",
                        verbose_name="原登记居（村）委",
                    ),
                ),
                (
                    "resident",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="residents.resident",
                    ),
                ),
            ],
            options={
                "verbose_name": "移交",
                "indexes": [
                    models.Index(fields=["committee", "state", "due_on"], name="res_transfer_in"),
                    models.Index(fields=["holder", "state", "due_on"], name="res_transfer_out"),
                    models.Index(fields=["decider", "state", "due_on"], name="res_transfer_decide"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["asked", "disputed"])),
                        fields=("resident",),
                        name="residents_one_open_transfer",
                        violation_error_message="这个人已有移交申请在办理，请等它办完",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("committee", models.F("holder")), _negated=True),
                        name="residents_transfer_between_two",
                        violation_error_message="同一居（村）委内直接变更居住地，不用移交",
                    ),
                ],
            },
        ),
        protect("residents_transfer"),
        migrations.RunSQL(OTHER_SIDE, UNDO_OTHER_SIDE),
    ]
