"""Accounts and posts: opened by the security administrator, projected into guardian's grants."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from guardian.models import UserObjectPermission

from portal.accounts.models import User
from portal.orgs import services
from portal.orgs.access import NotAllowed
from portal.orgs.models import Appointment
from portal.orgs.roles import ROLES
from tests.cast import HOME, STREET

FORM = {"name": "白露", "username": "bailu", "staff_no": "YY-009",
        "password": "orchid-lake-winter", "unit": HOME, "role": "collector"}  # fmt: skip


def test_the_security_administrator_opens_an_account_with_its_post(cast, told):
    answer = cast.client("secadmin").post(reverse("orgs:open_account"), FORM)
    assert answer.status_code == 302
    post = Appointment.objects.get(user__username="bailu")
    assert (post.unit_id, post.role) == (HOME, "collector")
    held = UserObjectPermission.objects.filter(user=post.user)
    assert held.count() == len(ROLES["collector"].capabilities)
    assert told("accounts.created")[0]["actor_name"] == "安宁"
    assert told("orgs.appointed")[0]["changes"] == {"role": "collector"}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"password": "short"}, "12"),
        ({"username": "Bad Name"}, "账号用小写字母开头"),
        ({"username": "clerk"}, "这个账号已有人使用"),
        ({"role": "street_manager"}, "不能设在居委会"),
        ({"name": ""}, "必填"),
    ],
)
def test_a_wrong_entry_is_told_at_its_field_and_nothing_is_lost(cast, change, says):
    answer = cast.client("secadmin").post(reverse("orgs:open_account"), FORM | change)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert says in page
    assert "YY-009" in page
    assert not User.objects.filter(staff_no="YY-009").exists()


@pytest.mark.parametrize("who", ["clerk", "lead", "district", "auditor"])
def test_nobody_else_opens_accounts(cast, who):
    assert cast.client(who).post(reverse("orgs:open_account"), FORM).status_code == 403


def test_an_ended_post_takes_its_grants_along(cast, at):
    post = Appointment.objects.get(user=cast.users["clerk"])
    services.end_appointment(
        appointment_id=post.pk, ends_on=at.date() - timedelta(days=1),
        by=cast.scope("secadmin"), at=at,
    )  # fmt: skip
    assert not UserObjectPermission.objects.filter(user=cast.users["clerk"]).exists()
    call_command("sync_grants", check=True)


def test_a_stray_grant_is_found_and_mended(cast):
    grant = UserObjectPermission.objects.filter(user=cast.users["street"]).first()
    UserObjectPermission.objects.filter(pk=grant.pk).delete()
    with pytest.raises(CommandError, match="缺 1"):
        call_command("sync_grants", check=True)
    call_command("sync_grants")
    call_command("sync_grants", check=True)


def test_a_manager_appoints_nobody(cast, at):
    with pytest.raises(NotAllowed):
        services.appoint(
            user_id=cast.users["clerk"].pk, unit=STREET, role="street_staff",
            starts_on=at.date(), by=cast.scope("street"), at=at,
        )  # fmt: skip
