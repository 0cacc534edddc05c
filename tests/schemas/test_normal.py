import pytest

from schemas.normal import code_text, matching, tidy, tidy_remark


@pytest.mark.parametrize(
    ("typed", "compared"),
    [
        ("数 量", "数量"),
        ("数\u3000量", "数量"),
        ("数量\r\n（个）", "数量(个)"),
        ("食堂【后勤】", "食堂(后勤)"),
        ("\ufeff入库\u200b单", "入库单"),
        ("现金日记帐", "现金日记账"),
        ("收费登记薄", "收费登记簿"),
        ("薄弱环节", "薄弱环节"),
        ("产业薄弱", "产业薄弱"),
        ("ＢＧ０００１", "BG0001"),
        ("㎡", "m2"),
    ],
)
def test_matching_is_the_same_for_spellings_that_mean_the_same(typed: str, compared: str) -> None:
    """Width, spaces, brackets and the old spellings of 账 and 簿 do not matter when texts are compared."""
    assert matching(typed) == compared


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" 钢笔\u3000 黑色 ", "钢笔 黑色"),
        ("钢笔\r\n黑色", "钢笔 黑色"),
        ("钢\t笔\u200b", "钢笔"),
        ("Ａ４纸（白）", "A4纸(白)"),
        ("\u3000\ufeff", ""),
        ("蚊帐", "蚊帐"),
    ],
)
def test_texts_are_kept_tidy(typed: str, kept: str) -> None:
    """Invisible characters and tabs go, a line break becomes one space (C11), old spellings stay (C13)."""
    assert tidy(typed) == kept


def test_a_remark_keeps_its_characters_and_lines() -> None:
    """Remarks are not normalised: only what nobody sees goes (DOMAIN.md 6.4)."""
    assert tidy_remark(" ２０㎡\u200b\r\n第二行 ") == "２０㎡\n第二行"


@pytest.mark.parametrize("typed", ["ＢＧ０００１", "bg0001", " BG0001 ", "BG 00\u200b01"])
def test_codes_are_upper_case_without_spaces(typed: str) -> None:
    """A code is the same however it was typed (C01)."""
    assert code_text(typed) == "BG0001"
