"""The database that tests run on is the one that `check_rls` approves of, and it notices."""

from contextlib import contextmanager

import pytest
from django.core.management import CommandError, call_command
from django.db import connections

from portal.orgs.catalogue import faults


def test_the_migrated_database_stands(units):
    assert faults() == []


@contextmanager
def weakened(*statements):
    """Change the live catalogue as its owner, and put it back."""
    do, undo = statements
    with connections["owner"].cursor() as cursor:
        cursor.execute(do)
    try:
        yield
    finally:
        with connections["owner"].cursor() as cursor:
            cursor.execute(undo)


@pytest.mark.parametrize(
    ("do", "undo", "names_it"),
    [
        (
            "ALTER TABLE residents_resident DISABLE ROW LEVEL SECURITY",
            "ALTER TABLE residents_resident ENABLE ROW LEVEL SECURITY",
            "residents_resident",
        ),
        (
            "GRANT UPDATE ON audit_auditevent TO portal_app",
            "REVOKE UPDATE ON audit_auditevent FROM portal_app",
            "修改访问留痕",
        ),
        (
            "GRANT SELECT ON residents_secret TO portal_app",
            "REVOKE SELECT (cipher) ON residents_secret FROM portal_app;"
            "REVOKE SELECT ON residents_secret FROM portal_app;"
            "GRANT SELECT (id, committee_id, resident_id, kind, key_id)"
            " ON residents_secret TO portal_app",
            "读取密文",
        ),
        (
            "CREATE VIEW leaky AS SELECT * FROM residents_resident",
            "DROP VIEW leaky",
            "leaky",
        ),
    ],
)
def test_it_notices_what_weakens_the_wall(committed, do, undo, names_it):
    with weakened(do, undo), pytest.raises(CommandError, match=names_it):
        call_command("check_rls")
