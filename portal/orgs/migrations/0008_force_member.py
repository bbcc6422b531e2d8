"""A post that only reports: its key among those that an appointment may name."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('orgs', '0007_no_key_no_actor'),
    ]

    operations = [
        migrations.AlterField(
            model_name='appointment',
            name='role',
            field=models.CharField(choices=[('district_admin', '区人口办管理员'), ('district_analyst', '区人口办统计员'), ('district_auditor', '安全审计员'), ('security_admin', '安全管理员'), ('system_admin', '系统管理员'), ('street_manager', '街道（镇）人口办主任'), ('street_staff', '街道（镇）人口办工作人员'), ('center_clerk', '受理服务中心窗口'), ('committee_lead', '居（村）委书记、主任'), ('committee_security', '治保主任（居委录入）'), ('collector', '信息采集员'), ('force_member', '社区力量成员')], max_length=32, verbose_name='岗位'),
        ),
        migrations.AlterField(
            model_name='appointmentrequest',
            name='role',
            field=models.CharField(choices=[('district_admin', '区人口办管理员'), ('district_analyst', '区人口办统计员'), ('district_auditor', '安全审计员'), ('security_admin', '安全管理员'), ('system_admin', '系统管理员'), ('street_manager', '街道（镇）人口办主任'), ('street_staff', '街道（镇）人口办工作人员'), ('center_clerk', '受理服务中心窗口'), ('committee_lead', '居（村）委书记、主任'), ('committee_security', '治保主任（居委录入）'), ('collector', '信息采集员'), ('force_member', '社区力量成员')], max_length=32, verbose_name='岗位'),
        ),
    ]
