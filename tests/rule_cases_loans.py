"""The table of rule cases of loans and transfers."""

from __future__ import annotations

from tests.rule_cases import Case
from tests.rule_lines import USUAL, Line, goods, received, room
from tests.rule_lines_assets import ROOM, bought, furniture, lent, moved, priced, returned, sent
from tests.rule_lines_counts import code_of, damaged, owned, store

EVENT = damaged(event_date="2026-11-10")
LOST = {"condition": "遗失"}


def loan_cases() -> list[Case]:
    """Return the cases of loans by themselves."""
    cards = [owned() for _ in range(20)]
    batch = owned(**furniture(**priced("80.00", 10)), is_batch="是")
    whole, part = lent(batch, 6), lent(batch, 4)
    return [
        Case("ONE-OF", "E", "item_code", (lent(cards[0], item_code=USUAL.item),), (*cards, lent(USUAL, 2))),
        Case("REQ-EMPTY", "E", "asset_no", (lent(None),), (returned(cards[0]),)),
        Case("REQ-EMPTY", "E", "receiver", (returned(cards[1], receiver=None),), (returned(cards[1]),)),
        Case("ASSET-UNKNOWN", "E", "asset_no", (lent(None, asset_no="ZC1999-000001"),), (lent(cards[2]),)),
        Case("QTY-INT", "E", "qty", (lent(USUAL, "0.5"),), (lent(USUAL, 5),)),
        Case("QTY-INT", "E", "return_qty", (returned(USUAL, 2, return_qty="1.5"),), (_in_part(),)),
        Case("NUM-RANGE", "E", "qty", (lent(cards[3], 2),), (batch, whole, part)),
        Case("LON-01", "E", "asset_no", (lent(batch, 1, loan_date="2026-11-04"),), (lent(cards[4]),)),
        Case(
            "LON-01",
            "E",
            "asset_no",
            (lent(cards[5]), lent(cards[5], loan_date="2026-11-12")),
            (returned(cards[6]), lent(cards[6], loan_date="2026-11-10")),
        ),
        Case("LON-02", "E", "due_date", (lent(cards[7], due_date="2027-02-01"),), (lent(cards[7]),)),
        Case("LON-03", "E", "return_qty", (returned(cards[8], return_qty=2),), (returned(cards[8], return_qty=1),)),
        Case("LON-07", "E", "approver", (lent(USUAL, borrower="李明"),), (lent(cards[9]),), small="W"),
        Case("DATE-ORDER", "E", "due_date", (lent(cards[10], due_date="2026-11-02"),), (lent(cards[10]),)),
        Case("DATE-ORDER", "E", "return_date", (returned(cards[11], return_date="2026-11-02"),), (lent(cards[11]),)),
        Case("LON-04", "W", "ref_doc", (returned(cards[12], **LOST),), (EVENT, *_found(cards[13]))),
        Case("LON-04", "W", "ref_doc", (returned(cards[14], **LOST, ref_doc="WX-202611-0001"),), (lent(cards[15]),)),
        Case("LON-04", "W", "ref_doc", (returned(cards[16], **LOST, ref_doc="PC-202611-9999"),), (lent(cards[17]),)),
        Case("LON-04", "W", "ref_doc", (returned(cards[18], condition="损坏"),), (lent(cards[19]),)),
    ]


def _in_part() -> Line:
    return returned(USUAL, 2, return_qty=1)


def _found(card: Line) -> tuple[Line, ...]:
    """Return a thing that was lost and paid for, and one that was repaired."""
    return returned(card, **LOST, ref_doc=EVENT.number), returned(USUAL, condition="损坏", ref_doc="WX-202611-0002")


def late_cases() -> list[Case]:
    """Return the cases of what is kept too long, or should not be lent."""
    cards = [owned() for _ in range(6)]
    broken, gone, used = owned(use_status="待修"), owned(use_status="已处置"), owned()
    loan = lent(used)
    late = {"borrower": "T010", "loan_date": "2026-10-08", "due_date": "2026-10-20"}
    return [
        Case(
            "LON-05",
            "W",
            "due_date",
            (cards[0], lent(cards[0], borrower="T011", dept="JW", due_date="2026-11-21")),
            (cards[1], lent(cards[1], due_date="2026-11-22"), returned(cards[1], due_date="2026-11-04", **_earlier())),
        ),
        Case(
            "X-10",
            "W",
            "borrower",
            (*cards[2:4], returned(cards[2], **late), lent(cards[3], borrower="T010")),
            (lent(USUAL, borrower="T010", loan_date="2026-11-10"),),
        ),
        Case("LON-06", "E", "asset_no", (broken, lent(broken)), (lent(cards[4]),)),
        Case(
            "LON-06",
            "E",
            "asset_no",
            (gone, lent(gone)),
            (used.but(use_status="待修"), loan.but(return_date="2026-11-10", receiver="王芳", condition="完好")),
            before=(cards[4], used, loan),
        ),
    ]


def _earlier() -> dict[str, object]:
    return {"loan_date": "2026-10-20", "return_date": "2026-11-03", "doc_no": "JY-202610-0001"}


def transfer_cases() -> list[Case]:
    """Return the cases of transfers of assets."""
    first, second = room(), room()
    last = {"doc_date": "2026-11-08"}
    cards = [owned() for _ in range(10)]
    early = room()
    strayed, chained, dated = owned(), owned(room=code_of(first)), owned(room=code_of(early))
    onward, gone = owned(room=code_of(second)), owned(use_status="已处置")
    accepted = moved(dated, early, **last)
    allowed = {"batch_approval": "教财〔2026〕3号"}
    return [
        Case("TRF-01", "E", "from_room", (first, second, *cards, strayed, moved(strayed, first, second)), ()),
        Case(
            "TRF-01",
            "E",
            "from_room",
            (chained, moved(chained, first), moved(chained, second, **last)),
            (onward, moved(onward, first), moved(onward, second, first, **last)),
        ),
        Case("TRF-01", "E", "from_room", (moved(dated, second),), (accepted,), before=(early, dated, accepted)),
        Case("TRF-02", "E", "to_room", (moved(cards[0], ROOM),), (_approved(),)),
        Case("TRF-05", "E", "batch_approval", (_leaving(),), (_leaving(**allowed),)),
        Case("X-09", "E", "approver", (moved(USUAL, first, "CK01", to_person="李明"),), (_approved(),), small="W"),
        Case("ROLE-MISMATCH", "W", "approver", (moved(USUAL, first, "CK01", approver="郑洁"),), (_approved(),)),
        Case("NUM-RANGE", "E", "qty", (moved(cards[2], first, qty=2),), (_approved(),)),
        Case("X-14", "E", "asset_no", (gone, moved(gone, first)), (_approved(),)),
        Case("ONE-OF", "E", "item_code", (moved(cards[3], first, item_code=USUAL.item),), (_approved(),)),
        Case("REQ-EMPTY", "E", "asset_no", (moved(None, first),), (_approved(),)),
        Case("REQ-EMPTY", "E", "from_room", (moved(USUAL, "CK01", None),), (_coming(),)),
        Case("REQ-EMPTY", "E", "to_room", (moved(USUAL, None, "CK01"),), (_approved(),)),
        Case("REQ-EMPTY", "E", "from_person", (moved(USUAL, first, "CK01", from_person=None),), (_coming(),)),
        Case("REQ-EMPTY", "E", "to_person", (moved(USUAL, first, "CK01", to_person=None),), (_approved(),)),
    ]


def _approved() -> Line:
    """Return a transfer of goods to a room where they are used, approved by the principal."""
    return moved(USUAL, ROOM, "CK01", approver="钱进")


def _leaving(**cells: object) -> Line:
    """Return goods for another school."""
    return moved(USUAL, None, "CK01", kind="无偿调出(校外)", to_person=None, **cells)


def _coming() -> Line:
    """Return goods from another school."""
    plain = {"kind": "无偿调入(校外)", "from_person": None, "batch_approval": "教财〔2026〕4号"}
    return moved(USUAL, "CK01", None, **plain)


def goods_cases() -> list[Case]:
    """Return the cases of transfers between warehouses."""
    other = store()
    scarce, plenty = goods(), goods()
    return [
        Case(
            "TRF-03",
            "E",
            "qty",
            (other, scarce, received(scarce, 10), sent(scarce, 11, other)),
            (plenty, received(plenty, 10), sent(plenty, 10, other), sent(plenty, 4, "CK01", other)),
        ),
        Case("ROOM-NOT-WAREHOUSE", "E", "from_room", (sent(USUAL, 1, other, ROOM),), (moved(USUAL, ROOM, "CK01"),)),
        Case("ROOM-NOT-WAREHOUSE", "E", "to_room", (sent(USUAL, 1, ROOM),), (sent(USUAL, 1, other),)),
        Case("UOM-01", "E", "unit", (sent(USUAL, 1, other, unit="袋"),), (sent(USUAL, 1, other, unit="箱"),)),
        Case("QTY-INT", "E", "qty", (sent(USUAL, "1.5", other),), (sent(USUAL, "0.2", other, unit="箱"),)),
    ]


def card_cases() -> list[Case]:
    """Return the cases of receipts that should have a card."""
    desk, chair = (goods(nature="固定资产") for _ in range(2))
    came, october = received(chair, 1, "900.00"), {"doc_date": "2026-10-20"}
    paid = owned(remark="见 RK-202610-7001", **bought(acquire_date="2026-10-20", invoice_no=None))
    return [
        Case(
            "RCP-09",
            "W",
            "item_code",
            (desk, received(desk, 1, "900.00", **october)),
            (paid, chair, came.but(**october, doc_no="RK-202610-7001"), came),
        ),
    ]
