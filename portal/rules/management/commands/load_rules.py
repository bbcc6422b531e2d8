"""The paper, its clauses and the rules' first versions; known ones are left as they are."""

from typing import Any

from django.core.management import BaseCommand

from portal.rules.services import load_defaults


class Command(BaseCommand):
    help = "写入政策文件条款和规则初始版本"

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"规则：新增 {load_defaults()} 条")
