"""样例登记: a register with every kind of column, for tests; load it with HOUQIN_REGISTERS=tests.samples.kinds."""

from __future__ import annotations

from schemas import columns as c
from schemas.register import Register


class SampleKinds(Register):
    """One line of a tasting log: it means nothing, but it has a column of every kind."""

    title = "样例登记"
    title_en = "Sample of all kinds"
    number = 900
    group = "Z 样例"
    key = ("doc_no", "line_no")
    owner = "ZW"
    writers = ("ST",)
    keywords = ("样例",)
    date_column = "doc_date"
    document_column = "doc_no"
    line_column = "line_no"

    doc_no = c.code("样例单号", "Sample no.", r"YL-\d{6}-\d{4}", required=True, example="YL-202611-0001")
    line_no = c.integer("序次", "Line", required=True, minimum=1, maximum=999)
    doc_date = c.day("登记日期", "Date", required=True)
    due = c.day("到期日", "Due", future=True)
    taken_at = c.moment("取样时间", "Taken at", required=True)
    report_time = c.moment("报告时间", "Reported at", time_required=False)
    start = c.clock("开始时刻", "Start")
    month = c.month("所属月份", "Month")
    semester = c.semester("学期", "Semester")
    week = c.code("周次", "Week", r"\d{4}W\d{2}", example="2026W47")
    share = c.pct("占比", "Share", minimum=0, maximum=100)
    class_code = c.class_code("班级", "Class")
    person = c.person("登记人", "Person")
    keeper_name = c.name_of("姓名", "Name")
    id_number = c.code("证件号码", "Id number", r"\d{17}[0-9X]", masked=True, example="110101199003070011")
    phone = c.code("联系电话", "Phone", r"1[3-9]\d{9}", example="13800138000")
    student_no = c.reference("学号", "Student", "student_roster.student_no")
    way = c.enum("用途", "Purpose", ("领用", "借用", "调拨(无偿调入)", "无"), synonyms={"领用出库": "领用"})
    certificates = c.enum_list("证件", "Certificates", ("营业执照", "许可证", "检验报告", "无"))
    people = c.Column("经办人员", "People", c.Kind.REFERENCE_LIST, refs=("staff_roster.staff_no",))
    asset_nos = c.Column("关联编号", "Asset numbers", c.Kind.CODE_LIST, pattern=r"ZC\d{4}", example="ZC0001")
    accepted = c.yes_no("是否合格", "Accepted")
    unit = c.unit_of("单位", "Unit", required=True)
    item_code = c.item("样品", "Item")
    qty = c.qty("数量", "Quantity", required=True, negative=True, nonzero=True, unit="unit", item="item_code")
    persons = c.integer("人数", "Persons", minimum=0)
    weight = c.qty("折合重量", "Weight", places=2)
    unit_price = c.price("单价", "Unit price")
    amount = c.money(
        "金额", "Amount", negative=True, formula='=IF(OR([qty]="",[unit_price]=""),"",ROUND([qty]*[unit_price],2))'
    )
    paid = c.money("已付金额", "Paid", fill=0)
    place = c.text("地点", "Place", 20)
    model = c.text("型号", "Model", 20, synonyms={"无": "无"})
    photo = c.text("照片", "Photo")
    balance = c.money("结余", "Balance", system=True)
