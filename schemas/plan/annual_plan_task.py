"""年度/月度工作计划任务表: what is to be done in which month, by whom, and what proves it."""

from __future__ import annotations

from typing import ClassVar

import polars as pl

from schemas import columns as c
from schemas.plan.yearly_tasks import yearly_tasks
from schemas.register import Register, blank_means
from schemas.rules import Books, Facts, cross_rule, row_rule
from schemas.rules_shared import repeated


class AnnualPlanTask(Register):
    """Annual plan tasks (DOMAIN.md 2.2, register 100).

    A new plan begins with the tasks of ``schemas.plan.yearly_tasks``.
    """

    title = "年度/月度工作计划任务表"
    title_en = "Annual plan tasks"
    number = 100
    group = "L 计划"
    key = ("plan_year", "month", "task_no")
    owner: ClassVar[str | None] = "ZW"
    writers = ("*",)
    deletions = "follow"
    period = "every month"
    sign = "the head of general affairs maintains; the principal checks; the person responsible completes"
    keywords = ("工作计划", "计划任务", "工作安排")
    cell_groups = (("status", "evidence", "finish_on"),)
    line_column = "task_no"
    duplicate_code = "PLN-A2"
    start_rows = staticmethod(yearly_tasks)
    fills = blank_means(due=lambda _: _last_day_of_month())

    plan_year = c.code(
        "年度(学期)",
        "Year or semester",
        r"(?:\d{4}|\d{4}-\d{4}(-[12])?)",
        required=True,
        example="2026",
        aliases=("年度", "学年", "学期", "计划年度"),
        hint="如 2026、2026-2027、2026-2027-1",
        hint_en="such as 2026, 2026-2027 or 2026-2027-1",
    )
    month = c.integer(
        "月份", "Month", required=True, minimum=1, maximum=12, aliases=("月",), hint="1至12", hint_en="1 to 12"
    )
    task_no = c.integer(
        "序号",
        "No.",
        required=True,
        minimum=1,
        aliases=("任务序号", "任务号"),
        hint="每月从1开始，不得重复",
        hint_en="from 1 in each month, each only once",
    )
    task = c.text("任务内容", "Task", 100, required=True, aliases=("任务", "工作内容", "工作任务", "计划内容"))
    dept = c.department("责任部门", "Department", required=True, aliases=("部门", "负责部门", "牵头部门"))
    owner_ = c.person("责任人", "Person responsible", aliases=("负责人", "经办人"))
    due = c.day(
        "完成时限",
        "Due",
        future=True,
        aliases=("完成期限", "截止日期", "时限"),
        hint="留空为当月最后一天",
        hint_en="blank: the last day of the month",
    )
    status = c.enum(
        "状态",
        "Status",
        ("未开始", "进行中", "完成", "延期", "取消"),
        required=True,
        synonyms={
            "未完成": "进行中",
            "已完成": "完成",
            "推迟": "延期",
            "延后": "延期",
            "未开展": "未开始",
            "已取消": "取消",
        },
        aliases=("完成状态", "进度", "完成情况"),
    )
    evidence = c.text(
        "完成材料",
        "Evidence",
        120,
        aliases=("佐证材料", "证明材料", "材料"),
        hint="状态为完成时须填：档案号、照片、总结等",
        hint_en="once it is done: an archive number, pictures, a report …",
    )
    finish_on = c.day("完成日期", "Done on", aliases=("实际完成日期",))
    register_ref = c.text(
        "关联台账",
        "Register",
        60,
        aliases=("关联登记表", "相关台账"),
        hint="可证明完成的登记表名称",
        hint_en="title or id of the register that proves it",
    )

    @row_rule(
        "PLN-A1",
        "W",
        at="status",
        zh="{month}月任务逾期：{task}（应于 {due} 完成，状态为{status}）",
        en="task of month {month} overdue: {task} (due on {due}, status {status})",
        hint_zh="完成后请改状态并附材料；推迟的请改完成时限",
        hint_en="once done set the status and add evidence; where it was put off change the date",
    )
    def task_overdue(facts: Facts) -> pl.Expr:
        """A cancelled task is due no more."""
        return ~pl.col("status").is_in(["完成", "取消"]) & (pl.col("due") < pl.lit(facts.today))

    @row_rule(
        "PLN-A3",
        at="evidence",
        zh="未附完成材料（{month}月：{task}）",
        en="done, but there is no evidence (month {month}: {task})",
        hint_zh="请填写档案号或材料名称，或把状态改回进行中",
        hint_en="write what proves it, or set the status back to 进行中",
    )
    def done_without_evidence(_facts: Facts) -> pl.Expr:
        """Covers X-55 for plan tasks."""
        return (pl.col("status") == "完成") & pl.col("evidence").is_null()

    @cross_rule(
        "PLN-A2",
        at="task",
        zh="任务重复：{month}月第{line}项内容相同",
        en="the task stands twice in month {month}: no. {line} is the same",
        hint_zh="请合并为一项，或写明不同之处",
        hint_en="make one of them, or write down what is different",
    )
    def task_twice_in_a_month(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """The first one stays."""
        again = repeated(rows, books.others("annual_plan_task", rows), ["plan_year", "month", "task"])
        return again.select("_id", pl.col("holder").str.split(" / ").list.last().alias("line"))


def _last_day_of_month() -> pl.Expr:
    """Return the last day of the task's month: a school year begins in September, the second year with January."""
    first, second = pl.col("plan_year").str.slice(0, 4), pl.col("plan_year").str.slice(5, 4)
    year = pl.when((second != "") & (pl.col("month") < 9)).then(second).otherwise(first)
    return pl.date(year.cast(pl.Int32, strict=False), pl.col("month"), 1).dt.month_end()
