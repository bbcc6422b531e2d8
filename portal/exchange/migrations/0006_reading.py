"""A large file is read by a worker: the states of that, and its job."""

import django.db.models.deletion
from django.db import migrations, models

STATES = [
    ("reading", "读取中"),
    ("refused", "未接收"),
    ("received", "待对应列"),
    ("mapped", "检查中"),
    ("checked", "待导入"),
    ("applying", "导入中"),
    ("stopped", "已停止"),
    ("done", "完成"),
    ("cancelled", "已放弃"),
    ("undone", "已撤销"),
]


class Migration(migrations.Migration):
    dependencies = [("exchange", "0005_told"), ("jobs", "0003_counts")]
    operations = [
        migrations.AlterField(
            "importbatch",
            "state",
            models.CharField("状态", max_length=12, choices=STATES, default="received"),
        ),
        migrations.AddField(
            "importbatch",
            "read_job",
            models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="jobs.job",
            ),
        ),
    ]
