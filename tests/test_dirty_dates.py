"""D01-D19 of DOMAIN.md 6.6: dates, times, months and semesters as people write them, in real workbooks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path

import pytest

from tests.dirty import HELD, Case, Raw, Seen, judge, samples_loaded, seen_cases
from workbooks.pool import ReaderPool

D22, D02 = date(2026, 11, 22), date(2026, 11, 2)


def _day(case_id: str, raw: object, wanted: object, code: str = "") -> Case:
    return Case(case_id, "stock_receipt", "doc_date", raw, wanted, code)


def _kind(case_id: str, column: str, raw: object, wanted: object, code: str = "") -> Case:
    return Case(case_id, "sample_kinds", column, raw, wanted, code)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


_ABOVE = ({"doc_date": "2026-11-05", "person": "李明", "amount": "5.00"},)

DATES = (
    _day("D01", date(2026, 11, 22), D22),
    _day("D01", Raw(date(2026, 11, 22), "yyyy/m/d"), D22),
    _day("D01", Raw(date(2026, 11, 22), 'yyyy"年"m"月"d"日"'), D22),
    _day("D01", Raw(date(2026, 11, 22), "m/d/yy"), D22),
    _day("D01", Raw(date(2026, 11, 2), "[$-804]yyyy\\-m\\-d;@"), D02),
    _day("D01", Raw(date(2026, 11, 22), 31), D22),
    _day("D02", "2026/11/22", D22),
    _day("D02", "2026-11-22", D22),
    _day("D02", "2026.11.22", D22),
    _day("D02", "2026/11/2", D02),
    _day("D02", "2026-1-5", date(2026, 1, 5)),
    _day("D02", " 2026-11-22 ", D22),
    _day("D02", "2026 / 11 / 2", D02),
    _day("D02", "2026 - 11 - 02", D02),
    _day("D02", "2026. 11. 22", D22),
    _day("D02", "2026—11—22", D22),
    _day("D02", "2026–11–22", D22),
    _day("D02", "2026、11、22", D22),
    _day("D02", "2026。11。22", D22),
    _day("D02", "2026.11.22.", D22),
    _day("D02", "2026-11-22，", D22),
    _day("D02", "2026 11 22", D22),
    _day("D02", "2026年11-22", D22),
    _day("D02", "2026\\11\\22", D22),
    _day("D02", "2026-11-22（星期日）", D22),
    _day("D02", "2026/11/22 周日", D22),
    _day("D02", "2026-11-22\u200b", D22),
    _day("D03", "2026年11月22日", D22),
    _day("D03", "2026年11月22号", D22),
    _day("D03", "2026 年 11 月 22 日", D22),
    _day("D03", "2026年11月22", D22),
    _day("D03", "2026年11月2日", D02),
    _day("D03", "2026年 11月 02日", D02),
    _day("D03", "2026年11月22日 星期日", D22),
    _day("D03", "2026年11月22日(周日)", D22),
    _day("D03", "公元2026年11月22日", D22),
    _day("D04", 20261122, D22),
    _day("D04", "20261122", D22),
    _day("D04", "２０２６１１２２", D22),
    _day("D04", 20261102.0, D02),
    _day("D04", 20261131, HELD, "E DATE-INVALID"),
    _day("D05", 46348, D22, "W DATE-SERIAL"),
    _day("D05", 46328.0, D02, "W DATE-SERIAL"),
    _day("D05", "46348", D22, "W DATE-SERIAL"),
    _kind("D05", "due", 36526, date(2000, 1, 1), "W DATE-SERIAL"),
    _day("D05", 36525, HELD, "E DATE-INVALID"),
    _day("D05", 73051, HELD, "E DATE-INVALID"),
    _day("D05", 1122, HELD, "E DATE-INVALID"),
    _kind("D05", "due", 73050, date(2099, 12, 31), "W DATE-SERIAL"),
    _day("D07", "２０２６－１１－２２", D22),
    _day("D07", "２０２６／１１／２２", D22),
    _day("D07", "２０２６．１１．２", D02),
    _day("D07", "２０２６年１１月２２日", D22),
    _day("D08", "二〇二六年十一月二十二日", D22, "W DATE-CN"),
    _day("D08", "二零二六年十一月廿二日", D22, "W DATE-CN"),
    _day("D08", "二○二六年十一月二日", D02, "W DATE-CN"),
    _day("D08", "二O二六年十一月二十二日", D22, "W DATE-CN"),
    _day("D08", "二0二六年十一月二十二日", D22, "W DATE-CN"),
    _day("D08", "二〇二六年十一月二十二号", D22, "W DATE-CN"),
    _day("D08", "贰零贰陆年壹拾壹月贰拾贰日", D22, "W DATE-CN"),
    _day("D08", "贰零贰陆年零壹拾壹月零贰日", D02, "W DATE-CN"),
    _day("D08", "二〇二六年 十一月 二十二日", D22, "W DATE-CN"),
    _day("D08", "2026年十一月廿二日", D22, "W DATE-CN"),
    _day("D08", "二〇二六年十月卅一日", date(2026, 10, 31), "W DATE-CN"),
    _day("D08", "二〇二六年十一月三十一日", HELD, "E DATE-INVALID"),
    _day("D09", "26.11.22", D22, "W DATE-YY"),
    _day("D09", "26/11/22", D22, "W DATE-YY"),
    _day("D09", "26-11-2", D02, "W DATE-YY"),
    _day("D09", "26年11月22日", D22, "W DATE-YY"),
    _day("D09", "２６．１１．２２", D22, "W DATE-YY"),
    _day("D09", "'26.11.22", D22, "W DATE-YY"),
    _day("D09", "25.12.1", date(2025, 12, 1), "W DATE-YY"),
    _day("D09", "24.11.22", HELD, "E DATE-AMBIG"),
    _day("D09", "22/11/26", HELD, "E DATE-AMBIG"),
    _day("D10", "11月22日", D22, "W DATE-NOYEAR"),
    _day("D10", "11-22", D22, "W DATE-NOYEAR"),
    _day("D10", "11.22", D22, "W DATE-NOYEAR"),
    _day("D10", 11.22, D22, "W DATE-NOYEAR"),
    _day("D10", 11.02, D02, "W DATE-NOYEAR"),
    _day("D10", "11/22", D22, "W DATE-NOYEAR"),
    _day("D10", "11 月 22 日", D22, "W DATE-NOYEAR"),
    _day("D10", "11月2号", D02, "W DATE-NOYEAR"),
    _day("D10", "11月22日（周日）", D22, "W DATE-NOYEAR"),
    _day("D10", "十一月二十二日", D22, "W DATE-NOYEAR"),
    _day("D10", "11.20", date(2026, 11, 20), "W DATE-NOYEAR"),
    _day("D10", "10月22日", HELD, "E DATE-NOYEAR"),
    _day("D10", "10.22", HELD, "E DATE-NOYEAR"),
    _day("D10", "十月二十二日", HELD, "E DATE-NOYEAR"),
    _day("D11", "11.2", HELD, "E DATE-AMBIG"),
    _day("D11", 11.2, HELD, "E DATE-AMBIG"),
    _day("D11", 11.1, HELD, "E DATE-AMBIG"),
    _day("D11", "１１．２", HELD, "E DATE-AMBIG"),
    _day("D12", "2026-11-31", HELD, "E DATE-INVALID"),
    _day("D12", "2026-02-29", HELD, "E DATE-INVALID"),
    _day("D12", "2026/13/01", HELD, "E DATE-INVALID"),
    _day("D12", "2026年2月30日", HELD, "E DATE-INVALID"),
    _day("D12", "2026.00.10", HELD, "E DATE-INVALID"),
    _day("D12", "11月31日", HELD, "E DATE-INVALID"),
    _day("D12", "0206-11-22", HELD, "E DATE-INVALID"),
    _day("D12", "上周五", HELD, "E DATE-INVALID"),
    _day("D12", "2026年11月", HELD, "E DATE-INVALID"),
    _day("D13", "2026-11-22 14:30:00", D22, "W DATE-TIME-DROPPED"),
    _day("D13", datetime(2026, 11, 22, 14, 30), D22, "W DATE-TIME-DROPPED"),  # noqa: DTZ001 - a local time
    _day("D13", "2026/11/22 14:30", D22, "W DATE-TIME-DROPPED"),
    _day("D13", "2026-11-22T14:30:00", D22, "W DATE-TIME-DROPPED"),
    _day("D13", "2026年11月22日14时30分", D22, "W DATE-TIME-DROPPED"),
    _day("D13", "2026年11月22日 下午2:30", D22, "W DATE-TIME-DROPPED"),
    _day("D13", "2026-11-22 14：30", D22, "W DATE-TIME-DROPPED"),
    _day("D13", "2026年11月22日上午", D22, "W DATE-TIME-DROPPED"),
    _day("D13", "2026-11-22 00:00:00", D22),
    _kind("D13", "report_time", "2026-11-22 14:30:00", _moment("2026-11-22 14:30")),
    _kind("D13", "report_time", "2026/11/22 14：30", _moment("2026-11-22 14:30")),
    _kind("D13", "report_time", "2026年11月22日下午2点半", _moment("2026-11-22 14:30")),
    _kind("D13", "report_time", datetime(2026, 11, 22, 14, 30), _moment("2026-11-22 14:30")),  # noqa: DTZ001
    _kind("D14", "taken_at", "2026-11-22", HELD, "E TIME-REQUIRED"),
    _kind("D14", "taken_at", date(2026, 11, 22), HELD, "E TIME-REQUIRED"),
    _kind("D14", "taken_at", "2026年11月22日", HELD, "E TIME-REQUIRED"),
    _kind("D14", "taken_at", "2026年11月22日上午", HELD, "E TIME-REQUIRED"),
    _kind("D14", "report_time", "2026-11-22", _moment("2026-11-22 00:00"), "W TIME-REQUIRED"),
    _kind("D14", "report_time", date(2026, 11, 22), _moment("2026-11-22 00:00"), "W TIME-REQUIRED"),
    _kind("D14", "report_time", "2026.11.22", _moment("2026-11-22 00:00"), "W TIME-REQUIRED"),
    _kind("D15", "start", "8：05", time(8, 5)),
    _kind("D15", "start", "8:05", time(8, 5)),
    _kind("D15", "start", "08时05分", time(8, 5)),
    _kind("D15", "start", "8点05", time(8, 5)),
    _kind("D15", "start", 0.336805, time(8, 5)),
    _kind("D15", "start", 0.3368055555555556, time(8, 5)),
    _kind("D15", "start", time(8, 5), time(8, 5)),
    _kind("D15", "start", Raw(0.3368055555555556, "h:mm"), time(8, 5)),
    _kind("D15", "start", Raw(0.3368055555555556, 32), time(8, 5)),
    _kind("D15", "start", Raw(0.3368055555555556, '上午/下午h"时"mm"分"'), time(8, 5)),
    _kind("D15", "start", "８：０５", time(8, 5)),
    _kind("D15", "start", " 8 : 05 ", time(8, 5)),
    _kind("D15", "start", "08:05:00", time(8, 5)),
    _kind("D15", "start", "8点05分", time(8, 5)),
    _kind("D15", "start", "8点零5分", time(8, 5)),
    _kind("D15", "start", "8时整", time(8, 0)),
    _kind("D15", "start", "上午8:05", time(8, 5)),
    _kind("D15", "start", "8:05 AM", time(8, 5)),
    _kind("D15", "start", "下午2点半", time(14, 30)),
    _kind("D15", "start", "下午 2：30", time(14, 30)),
    _kind("D15", "start", "8点一刻", time(8, 15)),
    _kind("D15", "start", "8點05", time(8, 5)),
    _kind("D15", "start", "八点零五分", time(8, 5)),
    _kind("D15", "start", "25:05", HELD, "E TIME-INVALID"),
    _kind("D15", "start", "早饭后", HELD, "E TIME-INVALID"),
    _day("D16", "2026-12-25", HELD, "E DATE-FUTURE"),
    _day("D16", date(2026, 11, 23), HELD, "E DATE-FUTURE"),
    _day("D16", "2026年12月25日", HELD, "E DATE-FUTURE"),
    _day("D16", 46349, HELD, "E DATE-FUTURE"),
    _kind("D16", "taken_at", "2026-12-25 08:00", HELD, "E DATE-FUTURE"),
    _kind("D16", "due", "2026-12-25", date(2026, 12, 25)),
    _kind("D16", "due", date(2027, 3, 1), date(2027, 3, 1)),
    Case("D16", "stock_receipt", "expire_date", "2027年3月1日", date(2027, 3, 1)),
    *(
        Case("D17", "sample_kinds", "doc_date", mark, date(2026, 11, 5), "W DITTO", above=_ABOVE)
        for mark in ("同上", "″", "〃", '"', "同 上", "“", "”", "''", "同前", "同上行", "〃〃", ",,", "仝上", "同")
    ),
    Case("D17", "stock_receipt", "keeper", "同上", "T002", "W DITTO", above=({},)),
    Case("D17", "stock_receipt", "doc_date", "同上", D02, "W DITTO", above=({}, {"doc_date": "同上"})),
    Case("D17", "stock_receipt", "spec", "同上", None, "W DITTO", above=({"spec": "大号"}, {})),
    Case("D17", "stock_receipt", "spec", "同上", "大号", "W DITTO", above=({"spec": "大号"},)),
    Case("D17", "requisition", "dept", "〃", "ZW", "W DITTO", above=({"dept": "总务处", "applicant": "王芳"},)),
    Case("D17", "sample_kinds", "amount", "同上", HELD, "E DITTO-NUM", above=_ABOVE),
    Case("D17", "sample_kinds", "qty", "〃", HELD, "E DITTO-NUM", above=_ABOVE),
    Case("D17", "sample_kinds", "unit_price", '"', HELD, "E DITTO-NUM", above=_ABOVE),
    Case("D17", "sample_kinds", "phone", "同上", HELD, "E DITTO-NUM", above=({"phone": "13800138000"},)),
    _kind("D18", "month", "2026年11月", "2026-11"),
    _kind("D18", "month", "2026-11", "2026-11"),
    _kind("D18", "month", "202611", "2026-11"),
    _kind("D18", "month", 202611, "2026-11"),
    _kind("D18", "month", "11月", "2026-11"),
    _kind("D18", "month", "11月份", "2026-11"),
    _kind("D18", "month", "2026年11月份", "2026-11"),
    _kind("D18", "month", "2026 年 9 月", "2026-09"),
    _kind("D18", "month", "2026/11", "2026-11"),
    _kind("D18", "month", "2026.11", "2026-11"),
    _kind("D18", "month", 2026.11, "2026-11"),
    _kind("D18", "month", "２０２６年１１月", "2026-11"),
    _kind("D18", "month", "十一月", "2026-11"),
    _kind("D18", "month", "二〇二六年十一月", "2026-11"),
    _kind("D18", "month", date(2026, 11, 1), "2026-11"),
    _kind("D18", "month", Raw(date(2026, 11, 1), 'yyyy"年"m"月"'), "2026-11"),
    _kind("D18", "month", "2026年11月1日", "2026-11"),
    _kind("D18", "month", "2026.11月", "2026-11"),
    _kind("D18", "month", "2026-13", HELD, "E MONTH-INVALID"),
    _kind("D18", "month", "本月", HELD, "E MONTH-INVALID"),
    _kind("D19", "semester", "2026-2027学年第一学期", "2026-2027-1"),
    _kind("D19", "semester", "2026学年上学期", "2026-2027-1", "W SEM-ALIAS"),
    _kind("D19", "semester", "2026秋", "2026-2027-1", "W SEM-ALIAS"),
    _kind("D19", "semester", "2026-2027-1", "2026-2027-1"),
    _kind("D19", "semester", "２０２６－２０２７学年第二学期", "2026-2027-2"),
    _kind("D19", "semester", "2026—2027学年度 第一学期", "2026-2027-1"),
    _kind("D19", "semester", "2026～2027学年第1学期", "2026-2027-1"),
    _kind("D19", "semester", "2026至2027学年下学期", "2026-2027-2"),
    _kind("D19", "semester", "2026-2027学年（上）", "2026-2027-1"),
    _kind("D19", "semester", "2026-2027学年秋季学期", "2026-2027-1"),
    _kind("D19", "semester", "2026/2027学年第二学期", "2026-2027-2"),
    _kind("D19", "semester", "2026学年第一学期", "2026-2027-1", "W SEM-ALIAS"),
    _kind("D19", "semester", "2026学年第2学期", "2026-2027-2", "W SEM-ALIAS"),
    _kind("D19", "semester", "2026秋季学期", "2026-2027-1", "W SEM-ALIAS"),
    _kind("D19", "semester", "2026年秋季", "2026-2027-1", "W SEM-ALIAS"),
    _kind("D19", "semester", "2027年春季学期", "2026-2027-2", "W SEM-ALIAS"),
    _kind("D19", "semester", "26-27学年第一学期", "2026-2027-1", "W SEM-ALIAS"),
    _kind("D19", "semester", "2026—2027学年第一学期（秋）", "2026-2027-1"),
    _kind("D19", "semester", "2026-2028学年第一学期", HELD, "E SEM-INVALID"),
    _kind("D19", "semester", "本学期", HELD, "E SEM-INVALID"),
)


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[Case, Seen]]:
    """Return what validate says about every spelling."""
    with samples_loaded(), ReaderPool(1) as pool:
        yield seen_cases(DATES, tmp_path_factory.mktemp("dates"), pool)


@pytest.mark.parametrize("case", DATES, ids=str)
def test_dates_as_people_write_them(case: Case, seen: dict[Case, Seen]) -> None:
    """A day, time, month or semester is read as what it must mean, or its row is held with the reason."""
    judge(case, seen[case])


@pytest.mark.parametrize(
    ("raw", "code"), [(date(2026, 11, 22), ""), (Raw(44886, "yyyy-mm-dd"), ""), (44886, "W DATE-SERIAL")]
)
def test_days_counted_from_1904(raw: object, code: str, tmp_path: Path) -> None:
    """D06: in a workbook with the calendar of 1904 the serial 44886 is 2026-11-22, also in a General cell."""
    case = Case("D06", "stock_receipt", "doc_date", raw, D22, code)
    with ReaderPool(1) as pool:
        judge(case, seen_cases([case], tmp_path, pool, epoch_1904=True)[case])
