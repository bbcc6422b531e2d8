"""The web server that dies or waits: a save is whole or absent, and sent again it is there once."""

import contextlib
import http.client
import threading
import time

import psutil
import pytest

from residents.services.sealing import document_index
from tests.faults.browser import fields_of
from tests.faults.builders import numbers
from tests.faults.system import until
from tests.residents.builders import home

FAMILY = 3
BROKEN_LINE = (OSError, http.client.HTTPException)


def filled(form, people):
    """The entry form with a person in each row, as a clerk types it."""
    rows = {
        "members-TOTAL_FORMS": str(len(people)),
        "method": "V1",
        "occupancy": "2",
        "tenure": "1",
        "act": "save",
    }
    for place, digits in enumerate(people):
        typed = {
            "name": f"王{'巧云书'[place]}", "relation": "户主" if place == 0 else "非亲属",
            "document_number": digits, "category": "20", "begin_date": "2026-03-01",
            "residence": "", "version": "", "base": "{}",
        }  # fmt: skip
        rows |= {f"members-{place}-{key}": value for key, value in typed.items()}
    return {name: value for name, value in form.items() if "__prefix__" not in name} | rows


class Household:
    """One dwelling's entry page, filled once and sent as often as it takes."""

    def __init__(self, live, clerk, dwelling, people):
        self.live, self.clerk, self.people = live, clerk, people
        self.path = f"/residents/entry/{dwelling.pk}/"
        self.dwelling = dwelling
        self.data = filled(clerk.form(self.path), people)

    def sent(self):
        return self.clerk.post(self.path, self.data)

    def counts(self):
        """People, episodes, numbers, and their events and visits: equal, or the save is torn."""
        indexes = [document_index("111", digits) for digits in self.people]
        ids = [
            row[0]
            for row in self.live.sql(
                "SELECT resident_id::text FROM residents_identity WHERE blind_index = ANY(%s)",
                indexes,
            )
        ]
        here = "dwelling_id = %s"
        key = str(self.dwelling.pk)
        return {
            "people": self.live.count("residents_resident", "id = ANY(%s::uuid[])", ids),
            "numbers": len(ids),
            "episodes": self.live.count("residents_residence", here, key),
            "events": self.live.count(
                "audit_auditevent", "action = 'residents.registered' AND target_id = ANY(%s)", ids
            ),
            "keys": self.live.count(
                "jobs_idempotencykey", "key = %s::uuid AND result_url <> ''",
                self.data["idempotency_key"],
            ) * len(self.people),
        }  # fmt: skip

    def must_be_all_or_nothing(self):
        counts = self.counts()
        assert set(counts.values()) in ({0}, {len(self.people)}), counts
        return counts["people"]

    def must_be_saved_once(self):
        assert set(self.counts().values()) == {len(self.people)}, self.counts()


def households(live, clerk, cast, count):
    """So many dwellings with a family each that nobody has registered yet."""
    dwellings = home(cast.scope("clerk"), floors=6, per_floor=max(4, count // 6 + 1))
    people = numbers(count * FAMILY)
    return [
        Household(live, clerk, dwellings[n], people[n * FAMILY : (n + 1) * FAMILY])
        for n in range(count)
    ]


def saved_again(household):
    """The clerk presses the button until the page answers."""

    def press():
        with contextlib.suppress(*BROKEN_LINE):
            answer = household.sent()
            return answer if answer.status in (200, 302) else None

    return until(press, 30, "the save is answered", every=0.2)


@pytest.mark.parametrize("victim", ["child", "master"])
def test_a_save_survives_the_death_of_the_web_server(live, cast, clerk, kills, dice, victim):
    """Fault A: kill -9 in the middle of a POST, then the same form again."""
    web = live.web()
    for household in households(live, clerk, cast, kills):
        answers = []

        def send(household=household, answers=answers):
            with contextlib.suppress(*BROKEN_LINE):
                answers.append(household.sent())

        sending = threading.Thread(target=send)
        sending.start()
        time.sleep(dice.uniform(0, 0.25))
        if victim == "child":
            for child in web.children():
                with contextlib.suppress(psutil.NoSuchProcess):
                    child.kill()
        else:
            web.kill_all()
            live.start_web(web)
        sending.join(40)
        until(lambda: no_transaction(live), 15, "PostgreSQL has ended what the dead had begun")
        held = household.must_be_all_or_nothing()
        assert held or not [answer for answer in answers if answer.status == 302]
        saved_again(household)
        household.must_be_saved_once()


def no_transaction(live):
    return not live.count(
        "pg_stat_activity", "usename = 'portal_app' AND xact_start IS NOT NULL"
    )  # fmt: skip


def test_a_form_sent_many_times_is_saved_once(live, cast, clerk, kills):
    """Fault O: double click, retry and back button; every answer leads to the same page."""
    live.web()
    for household in households(live, clerk, cast, kills):
        answers = []
        clicks = [
            threading.Thread(target=lambda h=household, a=answers: a.append(h.sent()))
            for _ in range(4)
        ]
        for click in clicks:
            click.start()
        for click in clicks:
            click.join(40)
        answers.append(household.sent())
        assert {(answer.status, answer.location) for answer in answers} == {(302, household.path)}
        household.must_be_saved_once()


def test_a_stopped_database_gives_a_page_and_comes_back(live, cast, clerk, kills, dice, thorough):
    """Fault I: SIGSTOP of PostgreSQL; an answer within 10 s, no half save, well again after."""
    live.web()
    for household in households(live, clerk, cast, max(1, kills // 10)):
        live.postgres.freeze()
        try:
            answers = together([household.sent, lambda: clerk.get("/residents/")] * 2)
            time.sleep(50 if thorough else dice.uniform(0, 1))
        finally:
            live.postgres.thaw()
        for answer in answers:
            assert answer.status == 503
            assert answer.seconds <= 10
            assert "系统正在恢复" in answer.text
        until(lambda: clerk.get("/residents/").status == 200, 30, "pages are back")
        household.must_be_all_or_nothing()
        saved_again(household)
        household.must_be_saved_once()


def together(acts):
    """What the acts give, all begun at once."""
    answers = []
    threads = [threading.Thread(target=lambda act=act: answers.append(act())) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(answers) == len(acts)
    return answers


def test_a_dead_database_gives_a_page_at_once_that_holds_what_was_typed(live, cast, clerk):
    """Sent again from that page, once the database is back, it is saved, and once."""
    live.web()
    (household,) = households(live, clerk, cast, 1)
    live.kill_postgres()
    for answer in (clerk.get("/residents/"), household.sent()):
        assert (answer.status, "系统正在恢复" in answer.text) == (503, True)
        assert answer.seconds < 5
    held = fields_of(answer.text)
    assert held == household.data
    live.start_postgres()
    until(lambda: clerk.get("/residents/").status == 200, 30, "pages are back")
    for _ in range(2):
        assert clerk.post(household.path, held).status == 302
    household.must_be_saved_once()
