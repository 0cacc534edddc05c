"""学生(幼儿)名册: the pupils of a school or the children of a kindergarten."""

from __future__ import annotations

from schemas import columns as c
from schemas.register import Register
from schemas.usual_rules import not_before


class StudentRoster(Register):
    """Students or children (DOMAIN.md 2.2, register 4).

    A doubled student number (STU-01) is reported where the keys are compared.
    """

    title = "学生(幼儿)名册"
    title_en = "Students / children"
    number = 4
    group = "A 主数据"
    key = ("student_no",)
    owner = "ZW"
    writers = ("JW",)
    period = "every semester"
    sign = "class teacher or teaching office"
    keywords = ("学生名册", "幼儿名册", "学生花名册", "学籍")
    cell_groups = (("class_code", "head_teacher"), ("in_date", "out_date"))
    label = "name"
    label_scope = "class_code"
    valid_columns = ("in_date", "out_date")
    duplicate_code = "STU-01"
    unknown_code = "STUDENT-UNKNOWN"

    student_no = c.code(
        "学号",
        "Student no.",
        r"[A-Z]?\d{5,18}[0-9X]",
        required=True,
        example="G33010220190203123X",
        aliases=("学籍号", "学生编号", "幼儿编号"),
        hint="校内学号，或 G 加18位身份证号的学籍号",
        hint_en="the school's own number, or the national one: G and the 18-character identity number",
    )
    name = c.name_of("姓名", "Name", required=True, aliases=("学生姓名", "幼儿姓名"))
    class_code = c.class_code(
        "班级",
        "Class",
        required=True,
        refs=(),
        aliases=("所在班级", "班别"),
        hint="如 G3C1（三年级1班）、DB1（大一班）",
        hint_en="such as G3C1 (class 1 of year 3) or DB1 (the first top class)",
    )
    head_teacher = c.person("班主任", "Class teacher", required=True, inactive_allowed=True, aliases=("班主任姓名",))
    stage = c.enum(
        "学段",
        "Stage",
        ("幼儿园", "小学", "初中", "高中"),
        required=True,
        synonyms={"幼儿": "幼儿园", "学前": "幼儿园", "小学部": "小学", "初级中学": "初中", "高级中学": "高中"},
    )
    is_boarder = c.yes_no("住宿生", "Boarder", required=True, aliases=("是否住宿", "是否住校", "住校生", "寄宿生"))
    hardship = c.enum(
        "家庭经济困难认定",
        "Hardship",
        ("不困难", "一般困难", "困难", "特别困难"),
        synonyms={"无": "不困难", "特困": "特别困难"},
        aliases=("困难认定", "困难等级", "家庭经济困难等级"),
    )
    guardian_phone = c.phone(
        "监护人电话", "Guardian's phone", masked=True, aliases=("家长电话", "联系电话", "家长联系电话")
    )
    in_date = c.day("入学日期", "First day", required=True, aliases=("入园日期", "入学时间"))
    out_date = c.day(
        "离校日期",
        "Last day",
        future=True,
        aliases=("离园日期", "毕业日期", "转出日期"),
        hint="在校者留空；不早于入学日期",
        hint_en="blank while at school; not before the first day",
    )

    leaves_before_coming = not_before(
        "out_date", "in_date", zh="离校日期早于入学日期 {in_date}", en="the last day is before the first, {in_date}"
    )
