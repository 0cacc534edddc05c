"""C01-C13 of DOMAIN.md 6.6: codes, names, classes, choices and texts as people write them, in real workbooks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.preview import preview_in_share
from sync.share import Share
from tests.dirty import (
    HELD,
    MASTER,
    Case,
    Raw,
    Seen,
    clerk_sheet,
    judge,
    master_sheets,
    requisition,
    sample,
    samples_loaded,
    seen_cases,
    titles,
    validate,
    write_book,
)
from tests.sync.school import School, receipt
from workbooks.pool import ReaderPool


def _item(case_id: str, raw: object, wanted: object, code: str = "") -> Case:
    return Case(case_id, "requisition", "item_code", raw, wanted, code, {"unit": "包"})


def _kind(case_id: str, column: str, raw: object, wanted: object, code: str = "") -> Case:
    return Case(case_id, "sample_kinds", column, raw, wanted, code)


def _staff(case_id: str, column: str, raw: object, wanted: object, code: str = "") -> Case:
    return Case(case_id, "staff_roster", column, raw, wanted, code)


def _person(raw: object, wanted: object, code: str = "", dept: str = "ST") -> Case:
    return Case("C06", "requisition", "applicant", raw, wanted, code, {"dept": dept})


def _class(raw: object, wanted: object, code: str = "") -> Case:
    return _kind("C07", "class_code", raw, wanted, code)


def _signed(raw: object, wanted: object, code: str = "") -> Case:
    return Case("C08", "sample_kinds", "accepted", raw, wanted, code)


def _issue_kind(raw: object, wanted: object, code: str = "") -> Case:
    return Case("C09", "stock_issue", "issue_kind", raw, wanted, code)


def _unit(raw: object, wanted: object, code: str = "", whole: str = "是") -> Case:
    return Case("C10", "item_catalogue", "base_unit", raw, wanted, code, {"unit_is_integer": whole})


def _dept(raw: object, wanted: object, code: str = "") -> Case:
    return Case("C12", "requisition", "dept", raw, wanted, code)


CODES = (
    _item("C01", "ＢＧ０００１", "BG0001"),
    _item("C01", "bg0001", "BG0001"),
    _item("C01", " BG0001 ", "BG0001"),
    _item("C01", "BG 0001", "BG0001"),
    _item("C01", "ｂｇ０００１", "BG0001"),
    _item("C01", "BG0001\u00a0", "BG0001"),
    _item("C01", "'BG0001", "BG0001"),
    _item("C01", "BG0001 复印纸", "BG0001"),
    _item("C01", "复印纸", "BG0001"),
    Case("C01", "stock_receipt", "warehouse", "ＣＫ０１", "CK01"),
    Case("C01", "stock_receipt", "warehouse", "ck01 ", "CK01"),
    Case("C01", "stock_receipt", "doc_no", "ｒｋ－２０２６１１－０００１", "RK-202611-0001"),
    Case("C01", "stock_receipt", "doc_no", "rk-202611-0002", "RK-202611-0002"),
    Case("C01", "stock_receipt", "doc_no", "RK—202611—0003", "RK-202611-0003"),
    Case("C01", "stock_receipt", "doc_no", "RK -202611- 0004", "RK-202611-0004"),
    Case("C01", "stock_receipt", "doc_no", "st-rk-202611-0005", "ST-RK-202611-0005"),
    Case("C01", "location", "room_code", "ａ－３０２", "A-302"),
    _item("C02", "BG000l", HELD, "E CODE-UNKNOWN"),
    _item("C02", "BGO001", HELD, "E CODE-UNKNOWN"),
    _item("C02", "BGOOO1", HELD, "E CODE-UNKNOWN"),
    _item("C02", "BG00O1", HELD, "E CODE-UNKNOWN"),
    _item("C02", "8G0001", HELD, "E CODE-UNKNOWN"),
    Case("C02", "requisition", "item_code", "QJ000I", HELD, "E CODE-UNKNOWN"),
    _kind("C03", "person", 123, "000123", "W CODE-PADDED"),
    _kind("C03", "person", "123", "000123", "W CODE-PADDED"),
    _kind("C03", "person", "0123", "000123", "W CODE-PADDED"),
    _kind("C03", "person", "000123", "000123"),
    _kind("C03", "person", Raw(123, "000000"), "000123", "W CODE-PADDED"),
    _kind("C03", "person", 124, HELD, "E PERSON-UNKNOWN"),
    _staff("C04", "id_no", 3.30102e17, HELD, "E ID-PRECISION"),
    _staff("C04", "id_no", "3.30102E+17", HELD, "E ID-PRECISION"),
    _staff("C04", "id_no", Raw(440524188001010000, "0"), HELD, "E ID-PRECISION"),
    _staff("C04", "id_no", "440524188001010014", "440524188001010014"),
    _kind("C04", "id_number", 330102199003070000, HELD, "E ID-PRECISION"),
    Case("C04", "stock_receipt", "invoice_no", 26332000000012300000, HELD, "E INV-13"),
    Case("C04", "stock_receipt", "invoice_no", 2.63320000000123e19, HELD, "E INV-13"),
    Case("C04", "stock_receipt", "invoice_no", "2.6332E+19", HELD, "E INV-13"),
    Case("C04", "stock_receipt", "invoice_no", "26332000000012300000", "26332000000012300000"),
    Case("C04", "stock_receipt", "invoice_no", 12345678, "12345678"),
    _staff("C05", "id_no", "11010519491231002x", "11010519491231002X"),
    _staff("C05", "id_no", "５３０１０２ １９２００５０８ ０１１ｘ", "53010219200508011X"),
    _staff("C05", "id_no", "'110101 19900307 0011", "110101199003070011"),
    _staff("C05", "id_no", "110105194912310021", HELD, "E PER-02"),
    _staff("C05", "id_no", "４４０５２４１８８００１０１００１５", HELD, "E PER-02"),
    _staff("C05", "id_no", "110101 19900307 001x", HELD, "E PER-02"),
    _staff("C05", "id_no", "11010119900307001", HELD, "E CODE-PATTERN"),
    _person("张　三", "000123", "W NAME-TRIM"),
    _person("张 三", "000123", "W NAME-TRIM"),
    _person("张三老师", "000123", "W NAME-TRIM"),
    _person("张三(主任)", "000123", "W NAME-TRIM"),
    _person("张三（食堂）", "000123", "W NAME-TRIM"),
    _person("张三 主任", "000123", "W NAME-TRIM"),
    _person("张三师傅", "000123", "W NAME-TRIM"),
    _person("张三会计", "000123", "W NAME-TRIM"),
    _person("张三同学老师", HELD, "E PERSON-UNKNOWN"),
    _person("张三", "000123"),
    _person(" 张三 ", "000123"),
    _person("t003", "T003"),
    _person("Ｔ００３", "T003"),
    _person("陈静", "T102", dept="ST"),
    _person("陈静", "T101", dept="ZW"),
    _person("陈　静", "T102", "W NAME-TRIM", dept="食堂"),
    _person("小张", HELD, "E PERSON-UNKNOWN"),
    _staff("C06", "name", "欧阳　娜", "欧阳娜", "W NAME-TRIM"),
    _staff("C06", "name", "刘 洋", "刘洋", "W NAME-TRIM"),
    _kind("C06", "person", "陈静", HELD, "E PER-05"),
    _kind("C06", "person", "陈静老师", HELD, "E PER-05"),
    _class("三（1）班", "G3C1", "W CLASS-ALIAS"),
    _class("三(1)班", "G3C1", "W CLASS-ALIAS"),
    _class("3.1班", "G3C1", "W CLASS-ALIAS"),
    _class("三年级1班", "G3C1", "W CLASS-ALIAS"),
    _class("301", HELD, "E CLASS-UNKNOWN"),
    _class(301, HELD, "E CLASS-UNKNOWN"),
    _class("三年级（1）班", "G3C1", "W CLASS-ALIAS"),
    _class("三年级一班", "G3C1", "W CLASS-ALIAS"),
    _class("三年级(一)班", "G3C1", "W CLASS-ALIAS"),
    _class("3年级1班", "G3C1", "W CLASS-ALIAS"),
    _class("3（1）班", "G3C1", "W CLASS-ALIAS"),
    _class("三1班", "G3C1", "W CLASS-ALIAS"),
    _class("三一班", "G3C1", "W CLASS-ALIAS"),
    _class("三①班", "G3C1", "W CLASS-ALIAS"),
    _class("十一班", HELD, "E CLASS-UNKNOWN"),
    _class("31班", HELD, "E CLASS-UNKNOWN"),
    _class("三年1班", "G3C1", "W CLASS-ALIAS"),
    _class("３（１）班", "G3C1", "W CLASS-ALIAS"),
    _class("三 (1) 班", "G3C1", "W CLASS-ALIAS"),
    _class("三【1】班", "G3C1", "W CLASS-ALIAS"),
    _class("3-1班", "G3C1", "W CLASS-ALIAS"),
    _class("三·1班", "G3C1", "W CLASS-ALIAS"),
    _class("三（1）", "G3C1", "W CLASS-ALIAS"),
    _class("小学三年级1班", "G3C1", "W CLASS-ALIAS"),
    _class("三年级第1班", "G3C1", "W CLASS-ALIAS"),
    _class("七年级2班", "G7C2", "W CLASS-ALIAS"),
    _class("初一（2）班", "G7C2", "W CLASS-ALIAS"),
    _class("大（1）班", "DB1", "W CLASS-ALIAS"),
    _class("中二班", "ZB2", "W CLASS-ALIAS"),
    _class("g3c1", "G3C1"),
    _class("Ｇ３Ｃ１", "G3C1"),
    _class("十三（1）班", HELD, "E CLASS-UNKNOWN"),
    _class("向日葵班", HELD, "E CLASS-UNKNOWN"),
    Case("C07", "stock_issue", "for_class", "三（1）班", "G3C1", "W CLASS-ALIAS", {"collector_role": "班主任"}),
    *(
        _signed(raw, True)
        for raw in (
            *("√", "✓", "✔", "对", "是", "有", "Y", "1", 1, True),
            *("y", "√ ", "☑", "是。", "Yes", "是的", "YES", "✔\ufe0f"),
        )
    ),
    *(
        _signed(raw, False)
        for raw in (
            *("×", "✗", "否", "无", "N", "0", 0, False),
            *("n", "×　", "✘", "没有", "No", "不是", "❌", "✖\ufe0f", "否（待修）"),
        )
    ),
    _signed("V", True, "W BOOL-V"),
    _signed("v", True, "W BOOL-V"),
    _signed("Ｖ", True, "W BOOL-V"),
    _signed("可能", HELD, "E BOOL-INVALID"),
    _signed(2, HELD, "E BOOL-INVALID"),
    Case("C08", "staff_roster", "is_food_handler", None, HELD, "E REQ-EMPTY"),
    Case("C08", "staff_roster", "is_food_handler", "/", HELD, "E REQ-EMPTY"),
    Case("C08", "staff_roster", "is_food_handler", "无", False),
    Case("C08", "stock_issue", "signed", "√", True),
    Case("C08", "stock_issue", "signed", "已签", HELD, "E BOOL-INVALID"),
    _issue_kind("领 用", "领用"),
    _issue_kind("领用出库", "领用"),
    _issue_kind("领用(个人)", "领用"),
    _issue_kind("领用（个人）", "领用"),
    _issue_kind(" 领用 ", "领用"),
    _issue_kind("领　用", "领用"),
    _issue_kind("领用\n", "领用"),
    _issue_kind("领用。", "领用"),
    _issue_kind("借走", HELD, "E ENUM"),
    _issue_kind("领用/食堂领料", HELD, "E ENUM"),
    Case("C09", "requisition", "status", "待审批", "待批"),
    Case("C09", "item_catalogue", "category", "其它", "其他"),
    _unit("個", "个"),
    _unit("KG", "千克", whole="否"),
    _unit("Kg", "千克", whole="否"),
    _unit("公斤", "千克", "W UNIT-ALIAS", whole="否"),
    _unit("㎏", "千克", whole="否"),
    _unit("㎡", "平方米", whole="否"),
    _unit("公 斤", "千克", "W UNIT-ALIAS", whole="否"),
    _unit("ＫＧ", "千克", whole="否"),
    _unit("m²", "平方米", whole="否"),
    _unit("M2", "平方米", whole="否"),
    _unit("平米", "平方米", whole="否"),
    _unit("㎥", "立方米", whole="否"),
    _unit("ML", "毫升", whole="否"),
    _unit("個 ", "个"),
    _unit("個（大）", "个"),
    _unit("幅", HELD, "E ENUM"),
    Case("C11", "stock_receipt", "spec", "A4\u200b 80克", "A4 80克"),
    Case("C11", "stock_receipt", "spec", "\ufeffA4", "A4"),
    Case("C11", "stock_receipt", "spec", "A4\t80克", "A480克"),
    Case("C11", "stock_receipt", "spec", "A4\r\n80克", "A4 80克"),
    Case("C11", "stock_receipt", "spec", "A4\n80克", "A4 80克"),
    Case("C11", "stock_receipt", "spec", "Ａ４　 80克", "A4 80克"),
    Case("C11", "stock_receipt", "remark", "第一行\n第二行", "第一行\n第二行"),
    Case("C11", "stock_receipt", "remark", "Ａ４纸①", "Ａ４纸①"),
    Case("C11", "requisition", "purpose", "大扫除\u200b\n用", "大扫除 用"),
    Case("C11", "stock_receipt", "warehouse", "CK\u200b01\t", "CK01"),
    _dept("食堂 ", "ST"),
    _dept("食堂（后勤）", "ST"),
    _dept("ST", "ST"),
    _dept("st", "ST"),
    _dept("ＳＴ", "ST"),
    _dept("食 堂", "ST"),
    _dept("食堂(ST)", "ST"),
    _dept("ST 食堂", "ST"),
    _dept("ST-食堂", "ST"),
    _dept("总务处（后勤）", "ZW"),
    _dept("食堂和总务处", HELD, "E DEPT-UNKNOWN"),
    _dept("后厨", HELD, "E DEPT-UNKNOWN"),
    Case("C13", "requisition", "purpose", "登记帐薄用", "登记帐薄用"),
    Case("C13", "stock_receipt", "remark", "帐目已核", "帐目已核"),
    Case("C13", "staff_roster", "post", "仓库保官员", "仓库保官员"),
)


@pytest.fixture(scope="module")
def pool() -> Iterator[ReaderPool]:
    """Return readers that know the sample register."""
    with samples_loaded(), ReaderPool(1) as pool:
        yield pool


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory, pool: ReaderPool) -> dict[Case, Seen]:
    """Return what validate says about every spelling."""
    return seen_cases(CODES, tmp_path_factory.mktemp("codes"), pool)


@pytest.mark.parametrize("case", CODES, ids=str)
def test_codes_and_words_as_people_write_them(case: Case, seen: dict[Case, Seen]) -> None:
    """A code, name, class, choice or text is read as what it must mean, or its row is held with the reason."""
    judge(case, seen[case])


@pytest.mark.parametrize("case", [case for case in CODES if case.id == "C02"], ids=str)
def test_the_code_that_was_probably_meant_is_suggested(case: Case, seen: dict[Case, Seen]) -> None:
    """C02: the finding on an unknown code names the nearest code that there is."""
    assert any(("QJ0001" if "QJ" in str(case.raw) else "BG0001") in message for message in seen[case].messages)


def test_the_allowed_values_are_listed(seen: dict[Case, Seen]) -> None:
    """C09: the finding on an unknown choice lists what may be chosen."""
    case = next(case for case in CODES if case.raw == "借走")
    assert any("领用、食堂领料" in message for message in seen[case].messages)


def test_a_code_without_the_catalogue_at_hand(tmp_path: Path, pool: ReaderPool) -> None:
    """C02: without a catalogue a letter for a digit is seen by the form of the code alone."""
    path = write_book(tmp_path / "申领.xlsx", [clerk_sheet("requisition", [requisition(1, item_code="BG000l")])])
    done = validate(path, pool)
    assert "E CODE-UNKNOWN" in done.codes("error")
    assert "BG0001" in done.message("CODE-UNKNOWN")


def test_padding_wants_one_code(tmp_path: Path, pool: ReaderPool) -> None:
    """C03: a number is padded only where exactly one code has its digits."""
    staff = [*MASTER["staff_roster"], {**MASTER["staff_roster"][-1], "staff_no": "00123", "name": "吴敏"}]
    sheets = [
        *master_sheets(without="staff_roster"),
        clerk_sheet("staff_roster", staff),
        clerk_sheet("requisition", [requisition(1, applicant=123)]),
    ]
    done = validate(write_book(tmp_path / "申领.xlsx", sheets), pool)
    assert [found.code for found in done.findings if found.severity == "error"] == ["PERSON-UNKNOWN"]


def test_the_school_may_name_its_classes(tmp_path: Path, pool: ReaderPool) -> None:
    """C07: 301 is a class where the school's settings say which."""
    school = School(tmp_path / "共享")
    settings = school.folder / "houqin.toml"
    text = settings.read_text(encoding="utf-8").replace("[class_aliases]", '[class_aliases]\n"301" = "G3C1"')
    settings.write_text(text, encoding="utf-8")
    share = Share.open(school.folder)
    pupil = {"student_no": "2023001", "name": "学生", "class_code": "G3C1", "head_teacher": "李明", "stage": "小学"}
    pupils = clerk_sheet("student_roster", [{**pupil, "is_boarder": "否", "in_date": "2023-09-01"}])
    lines = clerk_sheet("sample_kinds", [sample(1, class_code=301), sample(2, class_code="302")])
    sheets = [*master_sheets(), pupils, lines]
    path = write_book(tmp_path / "样例.xlsx", sheets)
    with share.open_ledger() as ledger:
        plan, _ = preview_in_share(share, ledger, [path], pool)
    assert plan.checked.frames["sample_kinds"]["class_code"].to_list() == ["G3C1", None]
    told = {found.value: found.code for found in plan.outcomes[0].findings if found.field == "class_code"}
    assert told == {"301": "CLASS-ALIAS", "302": "CLASS-UNKNOWN"}


def test_old_spellings_in_titles_and_headers(tmp_path: Path, pool: ReaderPool) -> None:
    """C13: 帐 for 账, 薄 for 簿 and 保官员 for 保管员 are understood in titles and headers."""
    sheet = clerk_sheet("stock_receipt", [receipt(1)], name="入库登记薄", title="青山小学2026年11月入库帐薄")
    sheet.lines[2] = ["仓库保官员" if title == "保管员" else title for title in titles("stock_receipt")]
    done = validate(write_book(tmp_path / "库房帐.xlsx", [*master_sheets(), sheet]), pool)
    assert done.column("stock_receipt", "keeper") == ["T002"]
    assert not done.codes("error")
