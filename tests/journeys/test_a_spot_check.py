"""A spot check from plan to publication: a stranger at the door, two judges, a lead in the end."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

pytestmark = [
    pytest.mark.journey, pytest.mark.xdist_group("journey"), pytest.mark.paper("S-69", "S-70"),
]  # fmt: skip
PHONE = {"width": 390, "height": 844}


def press(page, button):
    page.get_by_role("button", name=button, exact=True).first.click()


def test_1_the_analyst_plans_draws_and_gives_out_the_sheets(desk, notes):
    analyst, today = desk("qinchuan"), timezone.localdate()
    page = analyst.open("/residents/inspections/plan/")
    page.get_by_label("街道（镇）").select_option(label="曹杨新村街道")
    page.get_by_text("倒查", exact=True).click()
    page.get_by_label("时点").fill((today - timedelta(days=1)).isoformat())
    page.get_by_label("上门开始").fill(today.isoformat())
    press(page, "计算样本量")
    page.wait_for_selector("dt:has-text('应抽')")
    assert analyst.serious_violations() == []
    page.get_by_label("拟抽数").fill("6")
    press(page, "保存计划")
    page.wait_for_selector(".pp-toast >> text=已计划")
    press(page, "抽取样本")
    page.wait_for_selector("dt:has-text('复算') + dd >> text=一致")
    page.get_by_label("葛明").check()
    press(page, "分给核查员")
    page.wait_for_selector(".pp-tag >> text=上门中")
    notes["round"] = page.url


def test_2_a_verifier_of_another_street_calls_with_a_phone(desk, notes):
    seat = desk("geming")
    page = seat.page
    page.set_viewport_size(PHONE)
    seat.open("/")
    night = timezone.localdate() - timedelta(days=1)
    doors = page.locator("a.sp-door", has_text=f"问 {night:%m-%d} 当晚")
    paths = [door.get_attribute("href") for door in doors.all()[:3]]
    assert seat.serious_violations() == []
    for _call in range(3):
        seat.open(paths[0])
        page.get_by_text("没人应门", exact=True).first.click()
        page.locator("button[type=submit].pp-btn-primary").click()
        page.wait_for_selector(".pp-toast >> text=已记录")
    seat.open(paths[1])
    name = page.locator(".pp-tag-info").inner_text()
    page.get_by_text("住在这里", exact=True).click()
    page.locator("button[type=submit].pp-btn-primary").click()
    page.wait_for_selector("text=有人住的，至少填一人")
    page.get_by_label("姓名").fill(name)
    page.get_by_text("男", exact=True).click()
    page.get_by_label("出生年").fill("1899")  # misheard: near, and not surely the same
    page.get_by_label("手机末四位").fill("123")
    page.get_by_label("入住年月").fill("201913")
    page.locator("button[type=submit].pp-btn-primary").click()
    page.wait_for_selector("text=入住年月写成 2019-05")
    page.get_by_label("入住年月").fill("")  # forgotten
    page.get_by_label("手机末四位").fill("0000")
    assert seat.serious_violations() == []
    page.locator("button[type=submit].pp-btn-primary").click()
    page.wait_for_selector(".pp-toast >> text=已记录")
    seat.open(paths[2])
    door = re.search(r"(\d+号)(\d+室)", page.locator("h1").inner_text())
    notes["place"] = f"{door[1]} {door[2]}"
    page.get_by_text("已搬走", exact=True).click()
    page.locator("button[type=submit].pp-btn-primary").click()
    page.wait_for_selector(".pp-toast >> text=已记录")
    seat.open("/residents/inspections/sheet/")
    assert page.locator(".sp-door.is-done", has_text="3 次未联系上").count() == 1


def test_3_two_judge_what_is_near_and_the_round_is_published(desk, notes):
    first = desk("qinchuan")
    page = first.page
    page.goto(notes["round"])
    press(page, "结束上门，开始比对")
    page.wait_for_selector(".pp-tag >> text=比对中")
    press(page, "是同一人")
    page.wait_for_selector("text=你已核对，等另一人")
    assert page.get_by_role("button", name="公布结果").is_disabled()
    assert first.serious_violations() == []
    second = desk("shenliqun")
    page = second.page
    page.goto(notes["round"])
    press(page, "是同一人")
    page.wait_for_selector("text=0 条待核对")
    press(page, "公布结果")
    page.wait_for_selector(".pp-tag >> text=已公布")
    page.wait_for_selector("text=不计入指标，请补抽")


def test_4_the_street_sees_its_rates_with_intervals_and_the_lead(desk, notes):
    manager = desk("guzhenyu")
    page = manager.open("/")
    tile = page.locator(".pp-kpi", has_text="准确率")
    assert "95% 在" in tile.inner_text()
    tile.locator(".pp-info").click()
    page.wait_for_selector("text=准确率 = 抽查核实无误的登记 ÷ 抽查有结果的登记")
    page.goto(notes["round"])
    page.wait_for_selector("h2:has-text('各项核对')")
    told = page.locator("tr", has_text="入住年月").locator("td").all_inner_texts()
    assert told[1:] == ["0", "0", "—", "1"]
    manager.open("/residents/leads/")
    row = page.locator("tbody tr", has_text=notes["place"]).first
    row.locator("a").first.click()
    page.wait_for_selector("text=已搬走")
