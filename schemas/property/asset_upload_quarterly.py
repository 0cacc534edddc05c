"""固定资产季度数据上传表: what the asset book reports at the end of a quarter, by class, and when it was sent."""

from __future__ import annotations

from schemas import columns as c
from schemas.register import Register


class AssetUploadQuarterly(Register):
    """Quarterly asset data (DOMAIN.md 2.2, register 25).

    The program makes a row for every class; people say of it when and by whom it was sent.
    """

    title = "固定资产季度数据上传表"
    title_en = "Quarterly asset data upload"
    number = 25
    group = "B 财产"
    key = ("quarter", "class_code")
    kind = "derived"
    owner = "ZW"
    writers = ("CW",)
    period = "every quarter"
    sign = "the keeper of assets; finance checks"
    signatures = ("校产管理员", "财务")
    keywords = ("季度数据上传", "资产季报")
    cell_groups = (("upload_date", "uploader"),)

    quarter = c.code(
        "季度",
        "Quarter",
        r"\d{4}Q[1-4]",
        required=True,
        example="2026Q3",
        hint="年份加Q和季度号",
        hint_en="the year, Q, and the number of the quarter",
    )
    class_code = c.code(
        "分类代码",
        "Class code",
        required=True,
        example="A02010105",
        aliases=("资产分类代码",),
        hint="卡片上的资产分类代码",
        hint_en="as on the cards",
    )
    qty = c.qty("数量", "Quantity", system=True)
    original_value = c.money("原值", "Original value", system=True)
    accum_depr = c.money("累计折旧", "Accumulated depreciation", system=True)
    net_value = c.money("净值", "Net value", system=True)
    gl_balance = c.money("总账余额", "Balance of the GL", system=True, negative=True)
    upload_date = c.day("上传日期", "Uploaded on", aliases=("上报日期",))
    uploader = c.person("上传人", "Uploaded by", aliases=("上报人",))
