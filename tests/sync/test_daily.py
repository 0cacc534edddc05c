"""The page of the day from plain figures: what stands on top, what is left out, what is drawn."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.nights import NightBackup, NightRecord, PastNight, Step
from sync.publish.charts import WIDTH, Chart, bars, columns
from sync.publish.daily import Day, DepartmentDay, DifferenceLine, TaskLine, daily_page
from sync.publish.model import HeldLine, Publication, State, StockLine, WorkbookState

ZONE = ZoneInfo("Asia/Shanghai")
PUBLICATION = Publication("青山小学", 7, "0" * 64, datetime(2026, 11, 22, 20, 1, tzinfo=ZONE), date(2026, 11, 22))
RECORD = NightRecord(
    "2026-11-22T12:00:00+00:00",
    "2026-11-22T12:01:00+00:00",
    7,
    (Step("reconcile", True, "各账相符", "the books agree"),),
    NightBackup("/b/x.zip", "2026-11-22T12:00:30+00:00", 7, verified=True),
)
QUIET = Day(PUBLICATION, None, [DepartmentDay("ZW", "总务处", 3)], [], [], [], RECORD)
LEGEND = (("good", "a"), ("bad", "b"))


def held(count: int) -> list[HeldLine]:
    """Return held rows of one workbook."""
    return [
        HeldLine("ZW", "departments/ZW/库房.xlsx", "入库单", f"M{row}", "入库单", f"RK-{row}", "金额不符", "请核对")
        for row in range(4, 4 + count)
    ]


def first_lines(day: Day) -> tuple[str, ...]:
    """Return the summary of a day."""
    return daily_page(day).summary_lines


def test_a_quiet_day() -> None:
    """When nothing waits the first line says that all is well."""
    page = daily_page(QUIET)
    assert (page.tone, page.summary_lines[0]) == ("good", "一切正常：没有等待处理的事。")
    assert page.summary_lines[1:] == (
        "自建账以来入账 3 行，更正 0 行。",
        "账目核对相符。",
        "备份 2026-11-22 20:00，已试恢复。",
    )
    assert page.day == "2026年11月22日 星期日"
    assert page.sections == ()


def test_everything_that_waits_is_counted() -> None:
    """The first line counts rows, conflicts, missing rows, workbooks that wait, low stock, differences, late tasks."""
    book = WorkbookState("ZW", "总务处", "departments/ZW/库房.xlsx", State.WAITING)
    low = StockLine("CK01", "总务仓库", "QJ0001", "竹扫把", "", "把", Decimal("4.000"), Decimal("5.000"))
    day = replace(
        QUIET,
        publication=replace(PUBLICATION, workbooks=[book], stock=[low], held=held(2)),
        departments=[DepartmentDay("ZW", "总务处", 3, 1, held=2, conflicts=1, missing=1)],
        differences=[DifferenceLine("现金", "CASH", "账 1.00", "实 2.00", "-1.00")],
        tasks=[
            TaskLine("清理消防通道", "总务处", "李明", date(2026, 11, 20), "进行中"),
            TaskLine("盘点", "总务处", "", date(2026, 11, 25), "未开始"),
        ],
    )
    page = daily_page(day)
    assert (page.tone, page.summary_lines[0]) == ("caution", "8 件事等待处理。")
    assert "搁置 2 行，冲突 1 处，疑似删除 1 行，等待确认的工作簿 1 个。" in page.summary_lines
    assert "1 项计划任务逾期，1 项 7 天内到期。" in page.summary_lines
    titles = [section.title for section in page.sections]
    assert titles == ["谁有事要办（2）", "搁置的行（2）", "低于最低库存（1）", "账目差异（1）", "计划任务（2）"]
    assert "现有 4 把，最低 5 把" in page.html()
    assert "账 1.00 ≠ 实 2.00，相差 -1.00" in page.html()


def test_what_failed_comes_first() -> None:
    """A step of the night that failed, and a backup that could not be proven, stand on top in red."""
    assert RECORD.backup is not None
    steps = (*RECORD.steps, Step("restore", False, "备份已损坏", "damaged"))
    failed = replace(RECORD, steps=steps, backup=replace(RECORD.backup, verified=False))
    page = daily_page(replace(QUIET, record=failed))
    assert (page.tone, page.summary_lines[0]) == ("bad", "夜间任务有 1 步失败，请管理员处理。")
    assert page.summary_lines[-1] == "备份 2026-11-22 20:00，试恢复没有成功！"
    assert page.sections[0].cards[0].lines == ("备份已损坏",)
    assert first_lines(replace(QUIET, record=replace(RECORD, backup=None)))[-1] == "今晚没有备份成功！"


def test_the_page_stays_short() -> None:
    """Of many held rows the first ten are shown, and how many more there are."""
    day = replace(QUIET, publication=replace(PUBLICATION, held=held(500)))
    page = daily_page(day).html()
    assert page.count("金额不符") == 10
    assert "另有 490 条" in page
    assert len(page) < 30_000


def test_english() -> None:
    """A school whose language is English gets a page without a Chinese word of ours."""
    day = replace(QUIET, publication=replace(PUBLICATION, language="en", school="Hill School"))
    day = replace(day, departments=[DepartmentDay("ZW", "Store", 3, held=1)])
    page = re.sub(r"<style>.*?</style>", "", daily_page(day).html(), flags=re.DOTALL)
    assert re.findall(r"[一-鿿，。：；、（）]", page) == []
    assert "Sun, 2026-11-22" in page


def test_the_curve_of_the_nights() -> None:
    """From the second night on there is a curve of the last fourteen: of a night that was repeated the last one."""
    past = [PastNight("", f"2026-11-{day:02d}", 1, day, 0, 0, 0) for day in range(1, 22)]
    assert len(daily_page(QUIET).charts) == 1
    chart = daily_page(replace(QUIET, past=[*past, PastNight("", "2026-11-22", 1, 9, 9, 9, 9)])).charts[1]
    names = [label.text for label in chart.labels if "-" in label.text]
    assert names == [f"11-{day:02d}" for day in range(10, 23, 2)]
    assert next(label.text for label in chart.labels if "-" not in label.text) == "9"


@pytest.mark.parametrize("draw", [bars, columns])
@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.text(max_size=6), st.tuples(st.integers(0, 10**7), st.integers(0, 10**7))), min_size=1, max_size=14
    )
)
def test_charts_stay_in_their_frame(draw: object, rows: Sequence[tuple[str, tuple[int, int]]]) -> None:
    """Whatever the numbers, every rectangle lies in the picture, and every number above zero can be seen."""
    chart = draw("t", rows, LEGEND)  # type: ignore[operator]
    if not any(sum(numbers) for _, numbers in rows):
        assert chart is None
        return
    assert isinstance(chart, Chart)
    assert len(chart.rects) == sum(1 for _, numbers in rows for number in numbers if number)
    for rect in chart.rects:
        assert rect.width > 0
        assert rect.height > 0
        assert 0 <= rect.x <= rect.x + rect.width <= WIDTH
        assert 0 <= rect.y <= rect.y + rect.height <= chart.height


def test_pictures_are_well_formed() -> None:
    """The pictures in the page are XML, whatever the names of departments."""
    day = replace(QUIET, departments=[DepartmentDay("ZW", 'A & "B" <c>', 3)])
    (picture,) = re.findall(r"<svg.*?</svg>", daily_page(day).html(), flags=re.DOTALL)
    texts = [each.text for each in ET.fromstring(picture).iter("{http://www.w3.org/2000/svg}text")]  # noqa: S314 - our own
    assert 'A & "B" <c>' in texts
