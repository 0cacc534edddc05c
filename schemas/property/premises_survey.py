"""校产测量登记表: land, buildings and grounds of the schools, measured every March."""

from __future__ import annotations

import polars as pl

from schemas import columns as c
from schemas.exact import scaled
from schemas.register import Register
from schemas.rules import Books, Facts, cross_rule, row_rule
from schemas.rules_shared import with_others

_OBJECT = ["school_code", "object_no"]
_AREA_PLACES = 2


class PremisesSurvey(Register):
    """Premises survey of land and buildings (DOMAIN.md 2.2, register 24)."""

    title = "校产测量登记表"
    title_en = "Premises survey (land/buildings)"
    number = 24
    group = "B 财产"
    key = ("school_code", "object_no", "year")
    owner = "ZW"
    period = "every year in March"
    sign = "general affairs → the superior authority"
    keywords = ("校产测量", "校产登记", "校舍测量")
    cell_groups = (("kind", "structure"),)

    year = c.integer("年度", "Year", required=True, minimum=1900, maximum=2999, aliases=("年份", "测量年度"))
    school_code = c.code(
        "学校代码",
        "School code",
        required=True,
        example="3301020001",
        aliases=("学校编码", "单位代码"),
        hint="一份表可登记几所学校",
        hint_en="one sheet may hold several schools",
    )
    object_no = c.code("编号", "No.", required=True, example="FW01", aliases=("校产编号",))
    kind_ = c.enum(
        "类别",
        "Kind",
        ("土地", "房屋", "构筑物", "运动场", "绿地", "围墙", "其他"),
        required=True,
        synonyms={"建筑物": "房屋", "校舍": "房屋", "操场": "运动场", "绿化": "绿地"},
        aliases=("校产类别",),
    )
    name = c.text("名称", "Name", 60, required=True, aliases=("校产名称", "建筑物名称"))
    structure = c.enum(
        "结构",
        "Structure",
        ("钢结构", "钢筋混凝土", "砖混", "砖木", "简易房"),
        synonyms={"钢混": "钢筋混凝土", "框架": "钢筋混凝土", "砖混结构": "砖混", "砖木结构": "砖木"},
        required_when=lambda: pl.col("kind") == "房屋",
        required_hint=("房屋须填", "for buildings"),
        aliases=("建筑结构", "结构类型"),
    )
    area_m2 = c.qty("面积(㎡)", "Area (m²)", 2, required=True, positive=True, aliases=("面积", "建筑面积", "占地面积"))
    built_year = c.integer(
        "建成年份",
        "Built in",
        minimum=1900,
        aliases=("建造年份", "竣工年份"),
        hint="1900至今年",
        hint_en="from 1900 to this year",
    )
    ownership_no = c.text("权属证号", "Title deed no.", 60, aliases=("房产证号", "土地证号", "产权证号"))
    safety_grade = c.enum(
        "安全鉴定等级", "Safety grade", ("A", "B", "C", "D"), aliases=("鉴定等级", "安全等级"),
        synonyms={"A级": "A", "B级": "B", "C级": "C", "D级": "D", "危房": "D"},
        hint="D级为危房", hint_en="D is a building in danger of collapse",
    )  # fmt: skip
    in_use = c.yes_no(
        "在用",
        "In use",
        required_when=lambda: pl.col("kind") == "房屋",
        required_hint=("房屋须填", "for buildings"),
        aliases=("是否在用", "使用中"),
    )
    measured_by = c.text(
        "测量人",
        "Measured by",
        40,
        required=True,
        aliases=("测量单位",),
        hint="本校人员或测绘单位",
        hint_en="own staff or a surveyor",
    )
    reported_on = c.day("上报日期", "Reported on", aliases=("上报时间",), hint="一般在3月", hint_en="normally in March")

    @row_rule(
        "NUM-RANGE",
        at="built_year",
        zh="建成年份 {built_year} 在今年以后",
        en="built in {built_year}, after this year",
        hint_zh="请核对年份",
        hint_en="check the year",
    )
    def built_in_the_future(facts: Facts) -> pl.Expr:
        """Source: DOMAIN.md 2.2, premises_survey.built_year."""
        return pl.col("built_year") > facts.today.year

    @row_rule(
        "DATE-UNUSUAL",
        "W",
        at="reported_on",
        zh="上报日期 {reported_on} 不在{month}月",
        en="reported on {reported_on}: this is normally done in month {month}",
        hint_zh="请核对日期",
        hint_en="check the date",
        show={"month": lambda facts: pl.lit(int(facts.number("premises_report_month")))},
    )
    def reported_in_another_month(facts: Facts) -> pl.Expr:
        """Parameter ``premises_report_month``."""
        return pl.col("reported_on").dt.month() != int(facts.number("premises_report_month"))

    @row_rule(
        "PRM-02",
        "W",
        at="in_use",
        zh="D级危房不得使用（{name}）",
        en="a building of safety grade D must not be used ({name})",
        hint_zh="请立即停用并上报",
        hint_en="take it out of use at once and report it",
    )
    def dangerous_building_in_use(_facts: Facts) -> pl.Expr:
        """Source: DOMAIN.md PRM-02."""
        return (pl.col("safety_grade") == "D") & pl.col("in_use")

    @cross_rule(
        "PRM-01",
        "W",
        at="area_m2",
        zh="面积与上年不符：上年 {before}㎡，本年 {area_m2}㎡",
        en="the area differs from last year's: {before} m² then, {area_m2} m² now",
        hint_zh="请核对测量结果；确有改建、扩建的在备注说明",
        hint_en="check the survey; where something was built, say so in the remark",
    )
    def area_differs_from_last_year(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """More than 1 % of last year's area."""
        known = with_others(rows, books, "premises_survey", (*_OBJECT, "year", "area_m2"))
        before = known.select(*_OBJECT, pl.col("year") + 1, pl.col("area_m2").alias("before"))
        found = rows.join(before, on=[*_OBJECT, "year"], how="inner", maintain_order="left")
        now, then = scaled(pl.col("area_m2"), _AREA_PLACES), scaled(pl.col("before"), _AREA_PLACES)
        return found.filter((now - then).abs() * 100 > then).select("_id", "before")
