"""What the sample school owns: asset cards, the list of one classroom, a transfer, loans, and what was repaired."""

from __future__ import annotations

from schemas.property.asset_transfer import AssetTransfer
from schemas.property.fixed_asset_card import FixedAssetCard
from schemas.property.loan_register import LoanRegister
from schemas.property.room_property_list import RoomPropertyList
from schemas.property.salvage_reuse import SalvageReuse
from workbooks.sample_tables import Row, document_rows, plain_rows

_BOUGHT = {
    "class_code_version": "2022",
    "gl_account": "固定资产",
    "value_type": "原值",
    "acquire_way": "购置",
    "fund_source": "财政拨款",
    "use_status": "在用",
}

CARDS: list[Row] = [
    {**_BOUGHT, **row, "invoice_no": f"0{str(row['asset_no'])[2:6]}{str(row['voucher_no'])[-3:]}"}
    for row in plain_rows(
        FixedAssetCard,
        "asset_no asset_name class_code asset_kind spec_model qty is_batch unit unit_price original_value"
        " acquire_date entry_date voucher_no use_dept user room",
        """
ZC2018-000002 | 书柜         | A05010501 | 家具和用具 | 六门钢制   | 6  | 是 | 个 | 860.00   | 5160.00  | 2018-06-12 | 2018-06-20 | 记-0042 | 图书       | 朱慧   | 图书室
ZC2019-000001 | 触控一体机   | A02020800 | 设备       | 86寸       | 1  |    | 台 | 18600.00 | 18600.00 | 2019-08-20 | 2019-09-05 | 记-0087 | 三四年级组 | 许文静 | A-201
ZC2020-000003 | 复印机       | A02020100 | 设备       | 黑白数码   | 1  |    | 台 | 21500.00 | 21500.00 | 2020-03-16 | 2020-04-02 | 记-0011 | 文印       | 罗敏   | 文印室
ZC2021-000012 | 课桌         | A05010203 | 家具和用具 | 单人固定式 | 45 | 是 | 张 | 185.00   | 8325.00  | 2021-08-18 | 2021-09-03 | 记-0090 | 三四年级组 | 许文静 | A-201
ZC2021-000013 | 课椅         | A05010304 | 家具和用具 | 单人固定式 | 45 | 是 | 把 | 95.00    | 4275.00  | 2021-08-18 | 2021-09-03 | 记-0090 | 三四年级组 | 许文静 | A-201
ZC2022-000005 | 投影仪       | A02020200 | 设备       | 4000流明   | 1  |    | 台 | 6980.00  | 6980.00  | 2022-05-09 | 2022-05-27 | 记-0036 | 五六年级组 | 田野   | A-302
ZC2023-000021 | 台式计算机   | A02010105 | 设备       | M4600      | 1  |    | 台 | 4850.00  | 4850.00  | 2023-07-03 | 2023-07-14 | 记-0061 | 电教       | 高翔   | 计算机教室
ZC2023-000022 | 台式计算机   | A02010105 | 设备       | M4600      | 1  |    | 台 | 4850.00  | 4850.00  | 2023-07-03 | 2023-07-14 | 记-0061 | 电教       | 高翔   | 计算机教室
ZC2023-000023 | 台式计算机   | A02010105 | 设备       | M4600      | 1  |    | 台 | 4850.00  | 4850.00  | 2023-07-03 | 2023-07-14 | 记-0061 | 电教       | 高翔   | 计算机教室
ZC2024-000007 | A4黑白打印机 | A02021003 | 设备       | 双面       | 1  |    | 台 | 1650.00  | 1650.00  | 2024-03-11 | 2024-03-25 | 记-0019 | 总务处     | 陈国强 | 总务处办公室
ZC2024-000011 | 便携式计算机 | A02010108 | 设备       | 14寸       | 1  |    | 台 | 5200.00  | 5200.00  | 2024-09-02 | 2024-09-18 | 记-0073 | 电教       | 高翔   | 计算机教室
ZC2024-000012 | 便携式计算机 | A02010108 | 设备       | 14寸       | 1  |    | 台 | 5200.00  | 5200.00  | 2024-09-02 | 2024-09-18 | 记-0073 | 电教       | 高翔   | 计算机教室
""",  # noqa: E501 - a table is read by its columns
    )
]

REPAIRED: list[Row] = plain_rows(
    SalvageReuse,
    "doc_no date item qty material_cost labour new_price worker",
    """
XJ-202610-0001 | 2026-10-14 | 课椅   | 6 | 24.00 | 3   | 95.00  | 胡建国
XJ-202611-0001 | 2026-11-10 | 水龙头 | 2 | 9.60  | 0.5 | 38.00  | 杨志刚
""",
)

CLASSROOM: list[Row] = [
    {"semester": "2026-2027-1", "room": "A-201", "start_sign": "许文静", "line_no": number, **row}
    for number, row in enumerate(
        plain_rows(
            RoomPropertyList,
            "asset_no item_code name_spec qty_start start_date",
            """
ZC2019-000001 |        | 触控一体机 | 1  | 2026-09-02
ZC2021-000012 |        | 课桌       | 45 | 2026-09-02
ZC2021-000013 |        | 课椅       | 45 | 2026-09-02
              | QJ0003 |            | 2  | 2026-09-02
""",
        ),
        start=1,
    )
]

TRANSFERS: list[Row] = document_rows(
    AssetTransfer,
    "doc_no doc_date kind",
    "asset_no qty from_room to_room from_person to_person approver",
    """
DJ-DB-202610-0001 | 2026-10-12 | 校内房间
  ZC2022-000005 | 1 | 计算机教室 | A-302 | 高翔 | 田野 | 陈国强
""",
)

LOANS: list[Row] = document_rows(
    LoanRegister,
    "doc_no loan_date borrower dept",
    "asset_no qty due_date approver return_date return_qty condition receiver",
    """
DJ-JY-202610-0001 | 2026-10-20 | 韩冰 | 德育
  ZC2024-000012 | 1 | 2026-10-30 | 陈国强 | 2026-10-23 | 1 | 完好 | 高翔
DJ-JY-202611-0001 | 2026-11-09 | 宋志远 | 教务
  ZC2024-000011 | 1 | 2027-01-15 | 陈国强
""",
)
