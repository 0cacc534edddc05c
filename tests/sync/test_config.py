from __future__ import annotations

import re
from datetime import date, time
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from schemas.parameters import DEFAULTS
from schemas.register import all_registers
from sync.config import Config, default_departments, load_config, school_today, writes_by_default
from sync.config_default import ConfigExists, write_default_config
from sync.config_errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

CODES = ["ZW", "CW", "ST", "BJ", "MW", "WX", "TS", "DJ", "WY", "SS", "JC", "RS", "JW", "DY"]


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Folder of the state, so that nothing outside the test is named."""
    monkeypatch.setenv("HOUQIN_STATE", str(tmp_path / "state"))
    monkeypatch.delenv("HOUQIN_TODAY", raising=False)
    return tmp_path / "state"


def loaded(share: Path, text: str) -> Config:
    """Return the settings that a text gives."""
    (share / "houqin.toml").write_text(text, encoding="utf-8")
    return load_config(share)


def refused(share: Path, text: str) -> tuple[list[str], list[str]]:
    """Return what is said about a wrong text, line by line, in Chinese and in English."""
    with pytest.raises(ConfigError) as caught:
        loaded(share, text)
    start = len(f"{share / 'houqin.toml'}: ")
    zh, en = (caught.value.message(language).splitlines() for language in ("zh", "en"))
    return [line[start:] for line in zh], [line[start:] for line in en]


@pytest.mark.parametrize("school", ["阳光小学", 'the "first" \\ school', "一\n二\x7f"])
def test_default_settings_read_back(tmp_path: Path, school: str) -> None:
    """The first houqin.toml says what the program takes without one, and nothing else."""
    write_default_config(tmp_path, school)
    config = load_config(tmp_path)
    assert config.school == school
    assert config.model_dump() == Config(school=school, id=config.id).model_dump()
    assert list(config.departments) == CODES
    assert config.departments == default_departments()


def test_commented_defaults_are_right(tmp_path: Path) -> None:
    """A setting that is switched on by removing its # has the value the program takes anyway."""
    path = write_default_config(tmp_path, "阳光小学")
    parameters = re.sub("^# ", "", path.read_text("utf-8").partition("[parameters]\n")[2], flags=re.MULTILINE)
    assert loaded(tmp_path, "[parameters]\n" + parameters).parameters == DEFAULTS


def test_settings_are_not_overwritten(tmp_path: Path) -> None:
    """A houqin.toml that is there stays as it is."""
    (tmp_path / "houqin.toml").write_text("school = 'x'")
    with pytest.raises(ConfigExists):
        write_default_config(tmp_path, "y")
    assert [path.name for path in tmp_path.iterdir()] == ["houqin.toml"]


def test_empty_settings(tmp_path: Path, state: Path) -> None:
    """Without settings: Chinese, Shanghai time, every register, SQLite in the state folder."""
    config = loaded(tmp_path, "")
    assert (config.language, config.zone.key) == ("zh", "Asia/Shanghai")
    assert list(config.registers_in_use) == list(all_registers())
    assert config.ledger_url == f"sqlite:///{state.as_posix()}/ledger.db"
    assert config.share == tmp_path


def test_everything_can_be_set(tmp_path: Path) -> None:
    """Every setting of the file arrives with its type."""
    config = loaded(
        tmp_path,
        """
        school = "阳光小学"
        language = "en"
        timezone = "Asia/Urumqi"
        campuses = ["南校区", "北校区"]
        registers = ["stock_receipt"]
        term_start = 2026-09-01
        [ledger]
        url = "postgresql://houqin@server/houqin"
        [departments.NJ1]
        name = "一年级组"
        folder = "一年级"
        registers = ["stock_receipt"]
        [parameters]
        capitalisation_threshold = 1000.10
        small_unit = "是"
        requisition_required = true
        valuation_method = "先进先出"
        receipt_over_pct = 3
        [schedule]
        quiet_seconds = 0.5
        rescan_seconds = 60
        nightly = 22:30:00
        [notifications]
        urls = ["mailto://a"]
        [class_aliases]
        "301" = "G3C1"
        """,
    )
    assert (config.campuses, config.term_start) == (("南校区", "北校区"), date(2026, 9, 1))
    assert config.ledger_url == "postgresql://houqin@server/houqin"
    assert config.folders == {"NJ1": tmp_path / "departments" / "一年级"}
    assert config.parameters == {
        "capitalisation_threshold": Decimal("1000.10"),
        "small_unit": True,
        "requisition_required": True,
        "valuation_method": "先进先出",
        "receipt_over_pct": Decimal(3),
    }
    assert (config.schedule.quiet_seconds, config.schedule.nightly) == (0.5, time(22, 30))
    assert (config.notifications.urls, config.class_aliases) == (("mailto://a",), {"301": "G3C1"})


def test_text_with_a_byte_order_mark(tmp_path: Path) -> None:
    """A file that Notepad saved as UTF-8 with its mark is read."""
    (tmp_path / "houqin.toml").write_bytes('school = "阳光小学"'.encode("utf-8-sig"))
    assert load_config(tmp_path).school == "阳光小学"


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("sqlite:///books.db", "sqlite:///{state}/books.db"),
        ("sqlite:////srv/books.db", "sqlite:////srv/books.db"),
        ("sqlite:///:memory:", "sqlite:///:memory:"),
    ],
)
def test_place_of_a_database_file(tmp_path: Path, state: Path, url: str, wanted: str) -> None:
    """A relative file lies in the state folder, wherever the program was started."""
    config = loaded(tmp_path, f'[ledger]\nurl = "{url}"')
    assert config.ledger_url == wanted.format(state=state.as_posix())


@pytest.mark.parametrize(
    ("text", "zh", "en"),
    [
        ('schol = "x"', "不认识的设置“schol”，是否为 school？", "the setting “schol” is unknown; did you mean school?"),
        ("[ledger]\nurll = 'x'", "ledger：不认识的设置“urll”", "ledger: the setting “urll” is unknown"),
        (
            "[departments.ZW]\nfoldr = 'x'",
            "departments.ZW：不认识的设置“foldr”",
            "allowed are: name、folder",
        ),
        ("share = 'x'", "不认识的设置“share”", "the setting “share” is unknown"),
        ("_share = 'x'", "不认识的设置“_share”", "the setting “_share” is unknown"),
        ('language = "fr"', "language：值“fr”不合适，应为zh 或 en", "it should be zh or en"),
        ('timezone = "Mars/X"', "timezone：没有时区“Mars/X”", "there is no time zone “Mars/X”"),
        ('timezone = "../x"', "没有时区“../x”", "there is no time zone “../x”"),
        ("school = 5", "school：值“5”不合适", "it should be text in double quotes"),
        ('registers = ["stock_recept"]', "没有名为“stock_recept”的登记表，是否为 stock_receipt？", "did you mean"),
        ("registers = 'x'", "registers：值“x”不合适，应为方括号内的列表", "it should be a list in square brackets"),
        (
            "[parameters]\nsmall_unt = true",
            "没有名为“small_unt”的参数，是否为 small_unit？",
            "did you mean small_unit?",
        ),
        ("[parameters]\nsmall_unit = 3", "参数 small_unit 的值“3”不是“是”或“否”", "write true or false"),
        ("[parameters]\nreceipt_over_pct = '多'", "参数 receipt_over_pct 的值“多”不是数字", "is not a number"),
        ("[parameters]\nreceipt_over_pct = true", "的值“True”不是数字", "is not a number"),
        ("[parameters]\nsemester_ends = '1月20日'", "参数 semester_ends 的值“1月20日”格式不对", "01-31、08-31"),
        ("[parameters]\nvaluation_method = '后进先出'", "的值“后进先出”格式不对", "移动加权平均"),
        ("[parameters]\nsemester_starts = '09-31、02-20'", "的值“09-31、02-20”格式不对", "09-01、02-15"),
        ("[parameters]\nreceipt_over_pct = nan", "的值“NaN”不是数字", "is not a number"),
        ("[parameters]\nvaluation_method = 1", "参数 valuation_method 的值“1”不是文字", "is not text"),
        ("[departments.zw]\nname = 'x'", "部门代码“zw”不合规则", "the department code “zw” is not allowed"),
        ("[departments.ZW]\nfolder = '../x'", "文件夹名“../x”不合规则", "the folder name “../x” is not allowed"),
        ("[departments.ZW]\nfolder = '..'", "文件夹名“..”不合规则", "the folder name “..” is not allowed"),
        ("[departments.ZW]\nfolder = 'nul'", "文件夹名“nul”不合规则", "the folder name “nul” is not allowed"),
        (
            "[departments.ZW]\nfolder = 'st'\n[departments.ST]",
            "部门 ZW、ST 共用文件夹",
            "the departments ZW、ST share the folder",
        ),
        ("[schedule]\nnightly = 'x'", "schedule.nightly：值“x”不合适，应为时间", "it should be a time"),
        ("[schedule]\nrescan_seconds = 0", "schedule.rescan_seconds：值“0”不合适", "a larger number"),
        ("term_start = 'x'", "term_start：值“x”不合适，应为日期", "it should be a date"),
        ("school = 阳光小学", "格式有误", "it is not valid TOML"),
    ],
)
def test_wrong_settings(tmp_path: Path, text: str, zh: str, en: str) -> None:
    """A wrong setting is named with its place and what to write instead, in both languages."""
    lines_zh, lines_en = refused(tmp_path, text)
    assert zh in lines_zh[0]
    assert en in lines_en[0]
    assert len(lines_zh) == len(lines_en) == 1


def test_all_wrong_settings_at_once(tmp_path: Path) -> None:
    """Every wrong setting is named in one go."""
    text = 'schol = "x"\nlanguage = "fr"\n[parameters]\nx = 1\n[departments.ZW]\nfoldr = "x"'
    assert len(refused(tmp_path, text)[0]) == 4


def test_no_settings_file(tmp_path: Path) -> None:
    """A folder without houqin.toml is told how to get one."""
    with pytest.raises(ConfigError, match="houqin init"):
        load_config(tmp_path)


def test_other_encoding(tmp_path: Path) -> None:
    """A file saved in the encoding of old Windows is told to be saved as UTF-8."""
    (tmp_path / "houqin.toml").write_bytes('school = "阳光小学"'.encode("gbk"))
    with pytest.raises(ConfigError, match="UTF-8"):
        load_config(tmp_path)


@pytest.mark.parametrize(
    ("department", "register", "may"),
    [
        ("ZW", "stock_receipt", True),
        ("ST", "stock_receipt", True),
        ("TS", "stock_receipt", False),
        ("XX", "stock_receipt", False),
        ("ZW", "no_such_register", False),
    ],
)
def test_writers_by_default(tmp_path: Path, department: str, register: str, *, may: bool) -> None:
    """A register may be sent by its owner and its writers (DOMAIN.md 2.2, register 12: ZW and ST)."""
    assert loaded(tmp_path, "").may_write(department, register) is may


def test_everybody_and_nobody() -> None:
    """A star lets every department write; what only the program writes nobody else does."""

    class Open:
        owner, writers = "ZW", ("*",)

    class Own:
        owner, writers = None, ("*",)

    assert writes_by_default(Open, "TS")  # type: ignore[arg-type]
    assert not writes_by_default(Own, "ZW")  # type: ignore[arg-type]


def test_listed_registers_replace_the_default(tmp_path: Path) -> None:
    """A list of registers is exactly what the department may write, as far as they are in use."""
    lists = "[departments.ZW]\nregisters = []\n[departments.TS]\nregisters = ['stock_receipt']"
    config = loaded(tmp_path, lists)
    assert (config.registers_of("ZW"), config.registers_of("TS")) == ((), ("stock_receipt",))
    unused = loaded(tmp_path, "registers = []\n" + lists)
    assert not unused.may_write("TS", "stock_receipt")


@pytest.mark.parametrize(
    ("path", "department"),
    [
        ("departments/ST/食堂台账.xlsx", "ST"),
        ("departments/st/2026/11/食堂台账.xlsx", "ST"),
        ("Departments\\ST\\食堂台账.xlsx", "ST"),
        ("departments/Cafe\u0301/a.xlsx", "CA"),
        ("departments/Café/a.xlsx", "CA"),
        ("departments/食堂台账.xlsx", None),
        ("departments/XX/a.xlsx", None),
        ("departments/ST/../../a.xlsx", None),
        ("feedback/ST/a.xlsx", None),
        ("a.xlsx", None),
        ("", None),
    ],
)
def test_department_of_a_file(tmp_path: Path, path: str, department: str | None) -> None:
    """The folder decides the department; a file outside of all of them has none."""
    config = loaded(tmp_path, "[departments.ST]\n[departments.CA]\nfolder = 'CAFÉ'")
    assert config.department_of(path) == department


@pytest.mark.parametrize(
    ("wanted", "today"), [("2026-11-22", date(2026, 11, 22)), (" 2026-11-22 ", date(2026, 11, 22))]
)
def test_today_can_be_set(monkeypatch: pytest.MonkeyPatch, wanted: str, today: date) -> None:
    """HOUQIN_TODAY decides what today is."""
    monkeypatch.setenv("HOUQIN_TODAY", wanted)
    assert school_today(Config()) == today


def test_wrong_today(monkeypatch: pytest.MonkeyPatch) -> None:
    """A HOUQIN_TODAY that is no date is named."""
    monkeypatch.setenv("HOUQIN_TODAY", "2026-11-31")
    with pytest.raises(ConfigError, match="HOUQIN_TODAY"):
        school_today(Config())


def test_today_is_the_schools_own() -> None:
    """Today is the date in the school's time zone: on either side of the date line it differs."""
    east, west = (school_today(Config(timezone=zone)) for zone in ("Pacific/Kiritimati", "Etc/GMT+12"))
    assert (east - west).days in {1, 2}
