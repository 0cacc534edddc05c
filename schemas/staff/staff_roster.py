"""教职工名册: everybody who may sign, receive or keep something."""

from __future__ import annotations

import polars as pl

from schemas import columns as c
from schemas.ids import ID_NUMBER, wrong_check_digit
from schemas.register import Register
from schemas.rules import Facts, row_rule
from schemas.rules_shared import ROLE_TITLES, holds_role
from schemas.usual_rules import stated_once


class StaffRoster(Register):
    """Staff roster, temporary workers and outside bookkeepers included (DOMAIN.md 2.2, register 1).

    A name that stands for several people in force (PER-05) is reported where it is typed, by
    ``schemas.references``; a doubled staff number (PER-01) where the keys are compared.
    """

    title = "教职工名册"
    title_en = "Staff roster (incl. temporary workers' system identity)"
    number = 1
    group = "A 主数据"
    key = ("staff_no",)
    owner = "ZW"
    writers = ("RS",)
    period = "on change"
    sign = "personnel keeps; the head of the school approves"
    keywords = ("教职工名册", "花名册", "职工名单", "教职工名单", "人员名册")
    cell_groups = (("on_date", "off_date"),)
    label = "name"
    label_scope = "dept"
    valid_columns = ("on_date", "off_date")
    duplicate_code = "PER-01"
    unknown_code = "PERSON-UNKNOWN"
    inactive_code = "PERSON-INACTIVE"

    staff_no = c.code(
        "工号",
        "Staff no.",
        r"[A-Z0-9]{2,12}",
        required=True,
        example="T0123",
        aliases=("职工编号", "教工号", "员工编号", "人员编号"),
        hint="2至12位字母或数字，不得重复",
        hint_en="2 to 12 letters or digits, each only once",
    )
    name = c.name_of(
        "姓名", "Name", required=True, aliases=("教职工姓名",), hint="2至20个字", hint_en="2 to 20 characters"
    )
    id_no = c.code(
        "身份证号",
        "Identity no.",
        ID_NUMBER,
        limit=18,
        masked=True,
        example="11010519491231002X",
        aliases=("身份证号码", "身份证", "公民身份号码"),
        hint="18位，末位X大写；持外国证件者留空",
        hint_en="18 characters, a final X in upper case; leave blank for foreign papers",
    )
    gender = c.enum("性别", "Gender", ("男", "女"), synonyms={"男性": "男", "女性": "女"})
    dept = c.department(
        "部门", "Department", required=True, inactive_allowed=True, aliases=("所在部门", "科室", "处室")
    )
    post = c.text("岗位", "Post", 40, required=True, aliases=("职务", "工作岗位"))
    role_codes = c.enum_list(
        "系统角色",
        "Roles",
        tuple(ROLE_TITLES),
        synonyms={
            **{title: role for role, title in ROLE_TITLES.items() if "/" not in title},
            "校长/园长": "PRINCIPAL",
            "校长": "PRINCIPAL",
            "园长": "PRINCIPAL",
            "后勤主任": "GA_HEAD",
            "仓库保管员": "CUSTODIAN",
            "采购员": "BUYER",
            "厨师": "COOK",
            "保安": "GUARD",
        },
        aliases=("角色", "角色代码"),
        hint="多个角色用顿号隔开；审批和管账的角色由管理员确认后才生效",
        hint_en="separate several by 、; roles that approve or keep books take effect once an admin confirms them",
    )
    employment = c.enum(
        "用工形式",
        "Employment",
        ("在编", "合同制", "劳务派遣", "临时工", "返聘", "外聘"),
        required=True,
        synonyms={
            "编内": "在编",
            "事业编": "在编",
            "在编在岗": "在编",
            "合同": "合同制",
            "合同工": "合同制",
            "派遣": "劳务派遣",
            "临时": "临时工",
            "退休返聘": "返聘",
        },
        aliases=("用工性质", "编制情况"),
        hint="外聘指校外会计、服务公司、中介",
        hint_en="外聘 is an outside bookkeeper, service firm or agency",
    )
    on_date = c.day("到岗日期", "First day", required=True, aliases=("入职日期", "到校日期", "上岗日期"))
    off_date = c.day(
        "离岗日期",
        "Last day",
        future=True,
        aliases=("离职日期", "离校日期"),
        hint="在岗者留空；须晚于到岗日期",
        hint_en="blank while in service; later than the first day",
    )
    phone = c.phone("联系电话", "Phone", masked=True, aliases=("电话", "手机", "手机号", "手机号码", "联系方式"))
    is_food_handler = c.yes_no(
        "是否食品从业人员",
        "Food handler",
        required=True,
        aliases=("食品从业人员", "从业人员"),
        hint="是：应持有效健康证",
        hint_en="是: should hold a valid health certificate",
    )

    @row_rule(
        "PER-02",
        at="id_no",
        zh="身份证号校验位错误",
        en="the check digit of the identity number is wrong",
        hint_zh="请对照身份证逐位核对",
        hint_en="compare it with the card, digit by digit",
    )
    def identity_number_ends_wrong(_facts: Facts) -> pl.Expr:
        """Source: GB 11643-1999."""
        return wrong_check_digit(pl.col("id_no"))

    @row_rule(
        "PER-03",
        at="role_codes",
        zh="出纳不得兼任会计（稽核、账目登记）",
        en="the cashier must not be the accountant too",
        hint_zh="请由两人分任；校外会计请登记为外聘",
        hint_en="give the two roles to two people; register an outside bookkeeper as 外聘",
    )
    def cashier_is_accountant(facts: Facts) -> pl.Expr:
        """Source: 会计法(2024) 第三十五条第二款; not relaxed in a small unit."""
        return _holds(facts, "CASHIER") & _holds(facts, "ACCOUNTANT")

    @row_rule(
        "PER-04",
        "W",
        at="role_codes",
        zh="保管与审批由同一人兼任，其经手的单据须由他人审批",
        en="one person keeps and approves: somebody else has to approve what passes through these hands",
    )
    def custodian_approves(facts: Facts) -> pl.Expr:
        """Source: 会计法(2024) 第二十五条(一)."""
        return _holds(facts, "CUSTODIAN") & (_holds(facts, "GA_HEAD") | _holds(facts, "PRINCIPAL"))

    @row_rule(
        "DATE-ORDER",
        at="off_date",
        zh="离岗日期须晚于到岗日期 {on_date}",
        en="the last day must be later than the first, {on_date}",
        hint_zh="请核对两个日期",
        hint_en="check both dates",
    )
    def leaves_before_coming(_facts: Facts) -> pl.Expr:
        """Source: DOMAIN.md 2.2, staff_roster.off_date."""
        return pl.col("off_date") <= pl.col("on_date")

    identity_number_doubled = stated_once(
        "staff_roster",
        "id_no",
        "PER-01",
        zh="工号/身份证号重复：与 {holder} 的身份证号相同",
        en="staff or identity number doubled: {holder} has the same identity number",
        hint_zh="请核对身份证号；同一人只登记一次",
        hint_en="check the number; register a person only once",
    )


def _holds(facts: Facts, role: str) -> pl.Expr:
    """Return True where the row states a role, or the configuration gives it to the person."""
    granted = facts.parameters.get("roles", {})
    people = list(granted.get(role, ())) if isinstance(granted, dict) else []
    stated = holds_role(pl.col("role_codes"), role)
    return stated | pl.col("staff_no").is_in(pl.Series(people, dtype=pl.String).implode())
