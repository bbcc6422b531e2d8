"""New keys for all numbers, with the process killed in between: nothing lost, all found throughout.

`SEED` repeats a run; a failure prints it.
"""

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.db import connections, transaction
from django.utils import timezone

from permits.services.rotating import number_text
from portal import vault
from portal.orgs.acting import acting
from portal.orgs.posts import system_scope
from residents import services
from residents.search import search
from residents.services import UnableToRegister, resealing, reveal
from residents.services.rotating import Rotated, rotate_batch
from tests.cast import DISTRICT, Cast
from tests.database import addresses
from tests.residents.builders import home, number, register
from tests.residents.test_corrections import receive
from tests.residents.test_leads import a_lead

ROOT = Path(__file__).resolve().parents[2]
PEOPLE, BATCH, KILLS = 24, 3, 2
SEED = os.environ.get("SEED") or str(random.SystemRandom().randrange(10**9))
NEW = {"IDENTITY_ENCRYPTION_KEY": "encrypts anew " * 4, "IDENTITY_INDEX_KEY": "indexes anew " * 4}


def owner(statement, *values):
    with connections["owner"].cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else None


@pytest.fixture
def register_of_people(committed):
    """People with number and telephone under the first key, and their clerk."""
    clerk = Cast.assembled().scope("clerk")
    homes = home(clerk, floors=6, per_floor=4)
    people = {}
    for place in range(PEOPLE):
        digits, phone = number(f"1980{place % 12 + 1:02d}{place + 1:02d}", place), phone_of(place)
        residence = register(
            clerk,
            homes[place],
            name=f"周{'甲乙丙丁'[place % 4]}",
            document_number=digits,
            phone=phone,
        )
        people[residence.resident_id] = (digits, phone)
    return clerk, people


def phone_of(place):
    return f"1391234{place:04d}"


@pytest.fixture
def new_keys(settings):
    """A new pair is in force here and in the command; the old one still opens what it sealed."""
    old = f"k1 {settings.IDENTITY_ENCRYPTION_KEY} {settings.IDENTITY_INDEX_KEY}"
    given = {
        **{name: text.replace(" ", "-") for name, text in NEW.items()},
        "IDENTITY_KEY_ID": "k2", "IDENTITY_OLD_KEYS": old,
    }  # fmt: skip
    for name, value in given.items():
        setattr(settings, name, value)
    return given


def rotating(keys, *options):
    secrets = ("SECRET_KEY", "SCOPE_SIGNING_KEY", "AUDIT_SEAL_KEY")
    return subprocess.Popen(
        [sys.executable, "manage.py", "rotate_keys", "--batch", str(BATCH), *options],
        cwd=ROOT,
        env={
            **os.environ, **addresses(),
            **{name: getattr(django_settings, name) for name in secrets}, **keys,
        },
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, text=True,
    )  # fmt: skip


def all_are_found(clerk, people):
    with acting(clerk):
        for resident, (digits, phone) in people.items():
            for asked in (digits, phone):
                found = search(asked, by=clerk, at=timezone.now())
                assert [person.resident_id for person in found.people] == [resident], asked


def under_each_key():
    return dict(owner("SELECT key_id, count(*) FROM residents_secret GROUP BY key_id"))


def test_a_rotation_that_is_killed_again_and_again_ends_whole(
    register_of_people, new_keys, settings
):
    clerk, people = register_of_people
    dice = random.Random(SEED)
    print(f"repeat with SEED={SEED}")
    for _ in range(KILLS):
        process = rotating(new_keys)
        for _line in range(dice.randint(1, 4)):
            process.stdout.readline()
        process.kill()
        process.wait()
        process.stdout.close()
        assert sum(under_each_key().values()) == 2 * PEOPLE
        all_are_found(clerk, people)
    assert under_each_key().get("k1"), "the kills came too late to prove anything"
    process = rotating(new_keys)
    said, _ = process.communicate(timeout=120)
    assert process.returncode == 0, said
    assert "没有数据再用旧密钥" in said
    assert under_each_key() == {"k2": 2 * PEOPLE}
    settings.IDENTITY_OLD_KEYS = ""
    all_are_found(clerk, people)
    resident, (digits, _phone) = next(iter(people.items()))
    with acting(clerk):
        shown = reveal(resident_id=resident, purpose="document", by=clerk, at=timezone.now())
    assert shown.value == digits
    stored = owner("SELECT resident_id, kind, id, key_id, cipher FROM residents_secret")
    for resident, kind, row, key_id, cipher in stored:
        plain = vault.unseal(bytes(cipher), key_id=key_id, row=row, kind=kind)
        assert plain == people[resident][kind == "phone"]


def test_nobody_is_registered_twice_while_keys_change(register_of_people, new_keys):
    """The number stands under the old index; the new one alone would not find it."""
    clerk, people = register_of_people
    digits, _phone = next(iter(people.values()))
    other = home(clerk, "棠浦路988弄7号", floors=1, per_floor=1)[0]
    with pytest.raises(UnableToRegister, match="已登记在"):
        register(clerk, other, name="周甲", document_number=digits)
    assert len(owner("SELECT id FROM residents_identity")) == PEOPLE


def test_a_ciphertext_that_was_moved_is_named_and_left(register_of_people, new_keys):
    first, second = owner(
        "SELECT id FROM residents_secret WHERE kind = 'identity' ORDER BY id LIMIT 2"
    )
    owner("UPDATE residents_secret SET cipher = (SELECT cipher FROM residents_secret WHERE id = %s)"
          " WHERE id = %s", first[0], second[0])  # fmt: skip
    process = rotating(new_keys)
    said, _ = process.communicate(timeout=120)
    assert process.returncode != 0
    assert f"密文 {second[0]} 解不开" in said
    assert under_each_key() == {"k1": 1, "k2": 2 * PEOPLE - 1}


def test_the_words_of_leads_and_requests_go_along(committed, request, settings):
    cast, at = Cast.assembled(), timezone.now()
    clerk = cast.scope("clerk")
    lead = a_lead(clerk, at)
    row = receive(clerk, register(clerk, home(clerk)[0], at=at), at)
    request.getfixturevalue("new_keys")
    assert resealing.waiting(using="owner") == 2
    rotated, by = Rotated(), system_scope(DISTRICT, "普陀区")
    while resealing.rotate_batch(rotated=rotated, using="owner", most=1, by=by, at=at):
        pass
    assert (rotated.done, rotated.damaged, resealing.waiting(using="owner")) == (2, [], 0)
    settings.IDENTITY_OLD_KEYS = ""
    with acting(clerk):
        lead.refresh_from_db()
        row.refresh_from_db()
    assert services.lead_words(lead)["text"] == "新搬来一家三口"
    assert services.correction_words(row)["statement"] == "单位写错了"


def test_the_application_cannot_rotate(committed, new_keys):
    from django.db.utils import ProgrammingError

    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        rotate_batch(
            rotated=Rotated(), using="default", most=1, by=system_scope(DISTRICT, "普陀区"),
            at=timezone.now(),
        )  # fmt: skip


def test_texts_of_indexes_do_not_meet():
    """A permit's number and a person's telephone of the same digits are two."""
    assert vault.blind_index(number_text("13912345678")) != vault.blind_index("phone:13912345678")
