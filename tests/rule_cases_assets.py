"""The table of rule cases of asset cards and room lists."""

from __future__ import annotations

from tests.rule_cases import Case
from tests.rule_lines import goods, room
from tests.rule_lines_assets import bought, furniture, listed, moved, priced
from tests.rule_lines_counts import code_of, damaged, owned

LAPTOP = {"asset_name": "笔记本电脑", "acquire_date": "2022-12-31", "entry_date": "2022-12-31"}
NEW = bought(acquire_date="2022-03-01")


def number_cases() -> list[Case]:
    """Return the cases of asset numbers, serial numbers and states."""
    twice, gone, back = owned(), owned(use_status="已处置"), owned(use_status="已处置")
    idle, just_idle = {"use_status": "闲置", "change_doc": "BD-1"}, owned()
    return [
        Case("FA-01", "E", "asset_no", (twice, twice.but(brand="联想")), (owned(), owned()), marked=(0, 1)),
        Case(
            "FA-01",
            "E",
            "asset_no",
            (gone.but(use_status="在用", asset_name="服务器"),),
            (back.but(use_status="在用"),),
            before=(gone, back),
        ),
        Case("FA-01", "E", "serial_no", (owned(serial_no="PF1"), owned(serial_no="PF1")), (owned(serial_no="PF2"),)),
        Case(
            "FA-09",
            "W",
            "use_status",
            (owned(**idle, change_date="2026-05-21"),),
            (owned(**idle, change_date="2026-05-22"), just_idle.but(use_status="闲置")),
            before=(just_idle,),
        ),
        Case(
            "FA-11",
            "W",
            "entry_date",
            (owned(acquire_date="2026-09-22", entry_date=None),),
            (owned(acquire_date="2026-09-23", entry_date=None),),
        ),
        Case("DATE-ORDER", "E", "entry_date", (owned(entry_date="2015-03-09"),), (owned(entry_date="2015-03-10"),)),
        Case(
            "REQ-EMPTY",
            "E",
            "change_doc",
            (owned(change_date="2026-10-01"),),
            (owned(change_date="2026-10-01", change_doc="BD-2"),),
        ),
    ]


def class_cases() -> list[Case]:
    """Return the cases of classes, lives and houses."""
    house = {"asset_name": "教学楼", "class_code": "A01010200", "asset_kind": "房屋和构筑物", "unit": "栋"}
    built = {"structure": "钢筋混凝土", "area_m2": "820.50"}
    table = furniture(class_code="A06020500", class_code_version="2013")
    return [
        Case(
            "FA-03",
            "E",
            "class_code",
            (owned(class_code="A05010201"),),
            (
                owned(**furniture()),
                owned(**table),
                owned(class_code="A03190200", class_code_version="2013", life_months=60),
            ),
        ),
        Case("FA-03", "E", "class_code", (owned(class_code="A07010000"),), (owned(class_code="A02021000"),)),
        Case(
            "FA-10",
            "E",
            "class_code",
            (owned(**LAPTOP),),
            (
                owned(**LAPTOP, class_code="A02010108"),
                owned(**{**LAPTOP, "acquire_date": "2023-01-01", "entry_date": "2023-01-01"}),
            ),
        ),
        Case(
            "FA-13",
            "W",
            "class_code",
            (owned(class_code="A02010104", class_code_version="2013"),),
            (owned(old_class_code="2010104"),),
        ),
        Case(
            "FA-13",
            "W",
            "class_code",
            (owned(**LAPTOP, class_code_version="2013"),),
            (owned(class_code="A02021003", old_class_code="A0201060102"),),
        ),
        Case("FA-13", "W", "class_code", (owned(old_class_code="2010105"),), (owned(old_class_code="2010199"),)),
        Case(
            "REQ-EMPTY",
            "E",
            "life_months",
            (owned(class_code="A02990000"),),
            (
                owned(class_code="A02990000", life_months=60),
                owned(class_code="A02990000", entry_date=None, acquire_date="2026-11-01"),
                owned(class_code="A02990000", depr_method="不计提", life_months=0),
            ),
        ),
        Case(
            "FA-04",
            "E",
            "life_months",
            (owned(**NEW, life_months=71),),
            (owned(**NEW, life_months=72), owned(**NEW, life_months=0, depr_method="不计提")),
        ),
        Case(
            "FA-04",
            "E",
            "life_months",
            (owned(**furniture(**NEW), life_months=179),),
            (owned(**furniture(**NEW), life_months=180),),
        ),
        Case(
            "FA-04",
            "E",
            "life_months",
            (owned(**house, **built, **NEW, life_months=599),),
            (owned(**house, **{**built, "structure": "砖混"}, **NEW, life_months=360),),
        ),
        Case("FA-12", "W", "life_months", (owned(life_months=71),), (owned(life_months=72), owned())),
        Case("REQ-EMPTY", "E", "structure", (owned(**house, area_m2="820.50"),), (owned(**house, **built),)),
        Case(
            "REQ-EMPTY",
            "E",
            "area_m2",
            (owned(**house, structure="砖混"),),
            (owned(**{**house, "class_code": "A01020000"}),),
        ),
    ]


def value_cases() -> list[Case]:
    """Return the cases of quantities, prices and values."""
    nominal = {"value_type": "名义金额"}
    return [
        Case(
            "FA-02",
            "E",
            "unit_price",
            (owned(**NEW, **priced("999.99")),),
            (
                owned(**NEW, **priced("1000.00")),
                owned(**NEW, **priced("999.99"), is_batch="是"),
                owned(**{**NEW, "acquire_date": "2022-02-28"}, **priced("999.99")),
                owned(**NEW, **priced("1.00"), **nominal),
                owned(**NEW, **priced("999.99"), gl_account="受托代理资产"),
            ),
        ),
        Case(
            "FA-05",
            "E",
            "original_value",
            (owned(**priced("333.33", 3, original_value="1000.01")),),
            (
                owned(**priced("333.33", 3, original_value="1000.00")),
                owned(**priced("333.33", 3, original_value="1200.00"), value_type="评估价值"),
            ),
        ),
        Case(
            "FA-06",
            "E",
            "qty",
            (owned(**priced("1000.00", 2)),),
            (owned(**furniture(**priced("1000.00", 2))), owned(**priced("999.99", 2))),
        ),
        Case(
            "NUM-RANGE",
            "E",
            "unit_price",
            (owned(**priced("2.00"), **nominal),),
            (owned(**priced("1.00"), **nominal), owned(**priced("0.00"), value_type="无价值")),
        ),
        Case("NUM-RANGE", "E", "unit_price", (owned(**priced("0.00")),), (owned(**priced("0.01")),)),
        Case(
            "NUM-RANGE",
            "E",
            "accum_at_start",
            (owned(accum_at_start="3500.01", accum_as_of="2025-12"),),
            (owned(accum_at_start="3500.00", accum_as_of="2025-12"),),
        ),
        Case(
            "REQ-EMPTY",
            "E",
            "accum_as_of",
            (owned(accum_at_start="1000.00"),),
            (owned(accum_at_start="0", accum_as_of="2025-12"),),
        ),
    ]


def place_cases() -> list[Case]:
    """Return the cases of where assets are, by card, transfer and list."""
    there, here = room(), room()
    behind, current = owned(), owned(room=code_of(there))
    listed_card, unlisted = (owned(room=code_of(here)) for _ in range(2))
    once, twice, carried = owned(), owned(), owned(room=code_of(there))
    stays, leaves = owned(room=code_of(there)), owned(room=code_of(there))
    spring = {"doc_date": "2026-04-10"}
    arrives = {"start_date": "2026-04-10", "qty_start": 0, "start_sign": "周梅"}
    this = {"semester": "2026-2027-1", "start_date": "2026-09-15", "qty_end": None, "end_sign": None, "end_date": None}
    return [
        Case("X-13", "W", "room", (there, behind, moved(behind, there)), (current, moved(current, there)), marked=(1,)),
        Case(
            "X-52",
            "W",
            "asset_no",
            (here, listed_card, listed(listed_card, here, **this), unlisted),
            (
                owned(room=code_of(here), use_status="待修"),
                owned(room=code_of(here), **bought(acquire_date="2026-09-16")),
            ),
        ),
        Case(
            "ROM-01",
            "E",
            "room",
            (once, listed(once), listed(once, there)),
            (
                carried,
                moved(carried, there, **spring),
                listed(carried, qty_end=0, disposition="调出"),
                listed(carried, there, **arrives),
            ),
        ),
        Case("ROM-04", "W", "room", (twice, listed(twice, there)), (listed(behind),)),
        Case(
            "X-13",
            "W",
            "qty_end",
            (stays, moved(stays, there, **spring), listed(stays)),
            (leaves, moved(leaves, there, **spring), listed(leaves, qty_end=0)),
        ),
    ]


def list_cases() -> list[Case]:
    """Return the cases of single rows of room lists."""
    cards = [owned() for _ in range(26)]
    mop = goods(item_name="拖把", spec="棉")
    right = [listed(card) for card in cards[18:]]
    lost, paid = cards[9], cards[10]
    return [
        Case("ROM-05", "E", "asset_no", (mop, listed(cards[0], item_code=mop.item)), (*cards, right[0], listed(mop))),
        Case("ROM-05", "E", "asset_no", (listed(None),), (right[1],)),
        Case("ROM-02", "E", "end_sign", (listed(cards[1], end_sign=None),), (right[2],)),
        Case(
            "REQ-EMPTY",
            "E",
            "qty_end",
            (listed(cards[2], qty_end=None, end_sign=None, end_date=None),),
            (right[3],),
        ),
        Case("NUM-RANGE", "E", "damaged", (listed(cards[3], damaged=2),), (listed(cards[4], damaged=1),)),
        Case(
            "DATE-ORDER",
            "E",
            "end_date",
            (listed(cards[5], end_date="2026-02-26"),),
            (listed(cards[6], end_date="2026-02-27"),),
        ),
        Case(
            "DATE-ORDER",
            "W",
            "start_date",
            (listed(cards[7], start_date="2026-03-02"),),
            (listed(cards[8], start_date="2026-03-01"),),
        ),
        Case("ROLE-MISMATCH", "W", "start_sign", (listed(cards[11], start_sign="吴刚"),), (right[4],)),
        Case(
            "SPEC-MISMATCH",
            "W",
            "name_spec",
            (listed(cards[13], name_spec="投影仪"),),
            (listed(cards[14], name_spec="台式计算机 m410"), listed(cards[15], name_spec="台式计算机")),
        ),
        Case(
            "ROM-03",
            "W",
            "qty_end",
            (listed(lost, qty_end=0),),
            (damaged(paid, event_date="2026-05-06"), listed(paid, qty_end=0)),
        ),
        Case("QTY-INT", "E", "qty_start", (listed(mop, "CK01", "1.5", qty_end=1, start_sign="王芳"),), (right[5],)),
        Case("QTY-INT", "E", "qty_end", (listed(cards[16], qty_end="0.5"),), (right[6],)),
        Case("QTY-INT", "E", "damaged", (listed(cards[17], damaged="0.5"),), (right[7],)),
    ]
