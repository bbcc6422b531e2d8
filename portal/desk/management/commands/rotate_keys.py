"""All numbers under the current key pair, batch by batch; killed, it goes on where it ended.

Runs as the owner of the tables, while people work: both indexes of a number are looked up until
the old pair is taken away (docs/operations.md).
"""

from argparse import ArgumentParser
from typing import Any

from django.core.management import BaseCommand, CommandError
from django.db import connections
from django.utils import timezone

from permits.services import rotating as permits
from portal import vault
from portal.exchange.models import ImportRow
from portal.orgs.models import OrgUnit
from portal.orgs.posts import system_scope
from residents.services import resealing
from residents.services import rotating as residents
from residents.services.rotating import Rotated

OWNER = "owner"
PARTS = (
    ("人员证件与电话号码", residents), ("居住证号码", permits), ("线索和更正申请的内容", resealing),
)  # fmt: skip


class Command(BaseCommand):
    help = "把全部号码换成当前密钥（密文与盲索引），分批进行，中断后可再次运行"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--batch", type=int, default=1000, help="每批行数")

    def handle(self, *args: Any, **options: Any) -> None:
        if OWNER not in connections.databases:
            raise CommandError("未设置 OWNER_DATABASE_URL：应用角色读不到密文，须由属主执行")
        left = 0
        for title, part in PARTS:
            rotated = Rotated()
            self._rotate(title, part, rotated, options["batch"])
            left += len(rotated.left_out)
            for key in rotated.damaged:
                self.stderr.write(f"  {title}：密文 {key} 解不开（被改动、移动，或缺少它的密钥）")
            for key in rotated.twice:
                self.stderr.write(f"  {title}：密文 {key} 的号码已由另一条记录登记，请先合并")
        self._say_what_still_needs_the_old_keys()
        if left:
            raise CommandError(f"有 {left} 条没有更换，旧密钥须保留")

    def _rotate(self, title: str, part: Any, rotated: Rotated, most: int) -> None:
        total = part.waiting(using=OWNER)
        self.stdout.write(f"{title}：待更换 {total} 条（密钥 {vault.current_key()}）")
        district = OrgUnit.objects.get(parent=None)
        by = system_scope(district.code, district.name, title="更换密钥")
        while part.rotate_batch(rotated=rotated, using=OWNER, most=most, by=by, at=timezone.now()):
            self.stdout.write(f"{title}：已处理 {rotated.done} / {total}")
            self.stdout.flush()
        waiting = part.waiting(using=OWNER) - len(rotated.left_out)
        if waiting > 0:
            raise CommandError(f"{title}：还有 {waiting} 条正被他人使用，请再次运行")

    def _say_what_still_needs_the_old_keys(self) -> None:
        rows = ImportRow.objects.using(OWNER).exclude(key_id=vault.current_key()).count()
        if rows:
            self.stdout.write(
                f"导入暂存的 {rows} 行仍用旧密钥，7 天内到期清除；在此之前保留 IDENTITY_OLD_KEYS"
            )
        else:
            self.stdout.write("没有数据再用旧密钥：过了导出文件的保存期即可去掉 IDENTITY_OLD_KEYS")
