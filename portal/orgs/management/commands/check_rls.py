"""Does the second wall stand in this database? Ends with an error when it does not."""

from typing import Any

from django.core.management import BaseCommand, CommandError

from portal.orgs.catalogue import faults


class Command(BaseCommand):
    help = "检查行级安全、数据库角色和权限"

    def handle(self, *args: Any, **options: Any) -> None:
        found = faults()
        if found:
            raise CommandError("\n".join(found))
        self.stdout.write("行级安全、角色和权限检查通过")
