"""部门表: departments, the cost centres of every issue."""

from __future__ import annotations

import polars as pl

from schemas import columns as c
from schemas.register import Register
from schemas.rules import Books, cross_rule
from schemas.rules_shared import repeated


class Department(Register):
    """Departments and cost centres (DOMAIN.md 2.2, register 2)."""

    title = "部门表"
    title_en = "Departments / cost centres"
    number = 2
    group = "A 主数据"
    key = ("dept_code",)
    owner = "ZW"
    period = "on change"
    sign = "the admin"
    keywords = ("部门表", "部门名单", "部门目录", "科室表")
    label = "dept_name"
    active_column = "active"
    unknown_code = "DEPT-UNKNOWN"

    dept_code = c.code(
        "部门代码",
        "Department code",
        r"[A-Z]{2,6}\d{0,2}",
        required=True,
        example="ZW",
        aliases=("部门编码", "部门编号"),
        hint="2至6个字母，可带两位数字，如 ZW、NJ1",
        hint_en="2 to 6 letters, up to two digits, such as ZW or NJ1",
    )
    dept_name = c.text(
        "部门名称",
        "Department name",
        30,
        required=True,
        aliases=("部门", "科室名称"),
        hint="启用的部门名称不得重复",
        hint_en="no two departments in use may share a name",
    )
    head = c.person(
        "负责人",
        "Head",
        aliases=("部门负责人", "主任"),
        hint="可在名册登记之后补填",
        hint_en="may be filled in once the roster exists",
    )
    workbook_name = c.text(
        "工作簿文件名",
        "Workbook name",
        120,
        aliases=("文件名",),
        hint="仅供参考，如 食堂台账.xlsx",
        hint_en="for information only, such as 食堂台账.xlsx",
    )
    active = c.yes_no("启用", "In use", required=True, aliases=("是否启用",))

    @cross_rule(
        "DEP-01",
        at="dept_name",
        zh="部门名称重复：与 {holder} 相同",
        en="department name doubled: {holder} has the same",
        hint_zh="请改名，或停用其中一个",
        hint_en="rename one of them, or take it out of use",
    )
    def department_name_doubled(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """Only departments in use are compared."""
        in_use = pl.col("active")
        return repeated(rows.filter(in_use), books.others("department", rows).filter(in_use), ["dept_name"])
