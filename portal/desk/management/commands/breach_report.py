"""Whose data an account has seen in a time, ready for the notice that the law wants (Art. 57)."""

from argparse import ArgumentParser
from datetime import date, datetime, time, timedelta
from typing import Any

from django.core.management import BaseCommand, CommandError
from django.utils import timezone

from portal.accounts.models import User
from portal.audit import reads
from portal.audit.record import record
from portal.orgs import trail
from portal.orgs.acting import acting


class Command(BaseCommand):
    help = "列出一个账号在一段时间内接触过的人和接触方式，供泄露通知使用"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--actor", required=True, help="账号名")
        parser.add_argument("--from", dest="since", type=date.fromisoformat, required=True)
        parser.add_argument("--to", dest="until", type=date.fromisoformat, required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["actor"]).first()
        if user is None:
            raise CommandError(f"没有账号 {options['actor']}")
        since, until = _midnight(options["since"]), _midnight(options["until"] + timedelta(days=1))
        with acting(trail.reporter()) as by, reads.reading():
            assert by is not None
            events = reads.done_by(user.pk, low=by.low, high=by.high, since=since, until=until)
            record(
                "audit.breach_reported", by=by, at=timezone.now(),
                target=("accounts.user", user.pk), changes={"count": len(events)},
            )  # fmt: skip
        seen: dict[Any, dict[str, int]] = {}
        for event in events:
            for person in event.subjects:
                acts = seen.setdefault(person, {})
                acts[event.title] = acts.get(event.title, 0) + 1
        self.stdout.write(
            f"{user.name}（{user.username}）{options['since']} 至 {options['until']}："
            f"{len(events)} 次操作，涉及 {len(seen)} 人"
        )
        for person, acts in sorted(seen.items()):
            told = "，".join(f"{title} {count} 次" for title, count in sorted(acts.items()))
            self.stdout.write(f"  {person}　{told}")


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
