"""The first houqin.toml of a school: every setting with its default and a word of explanation."""

from __future__ import annotations

import json
import secrets
from decimal import Decimal
from pathlib import Path

from schemas.findings import Text
from schemas.parameters import DEFAULTS
from sync.config import CONFIG_NAME, DEPARTMENT_NAMES
from sync.errors import HouqinError
from workbooks.write import replace_bytes

_WORDS = {
    "capitalisation_threshold": "固定资产单价起点（元）",
    "purchase_request_min": "超过多少元须先有采购申请",
    "small_unit": "小单位：人手少，部分不相容岗位只提醒不退回（10 人以下可用 true）",
    "valuation_method": "发出计价：移动加权平均 或 先进先出",
    "requisition_required": "出库是否必须先有申领单",
    "requisition_exempt_depts": "不需申领单的部门代码，用、分开",
    "allow_inspector_is_keeper": "验收人可否兼保管员",
    "receipt_over_pct": "收货可超过申请的百分比",
    "receipt_over_pct_food": "食品收货可超过申请的百分比",
    "price_deviation_pct": "单价与上次相差多少百分比时提醒",
    "min_remaining_days": "入库时至少剩余的保质天数",
    "premises_report_month": "校产测量结果在几月上报",
    "count_tolerance_pct": "盘点差异超过账面百分之几须复盘",
    "count_tolerance_pct_food": "称重食品的盘点允差百分比",
    "count_approve_level": "库存盘点差异至少由哪一级批准才调账（总务主任、校长、领导班子、主管部门）",
    "appraisal_min": "处置原值达到多少元须技术鉴定；0 为只看是否达到年限",
    "cash_float_limit": "库存现金限额（元）；0 为不检查",
    "remit_within_days": "收费收入须在几天内送存或上缴；0 为当日",
    "nontax_fee_kinds": "按当地规定须缴财政的收费类别，用、分开",
    "refund_min_leave_days": "幼儿园请假满几天才退费；0 为都退",
    "quote_min": "采购达到多少元须有三家报价",
    "collective_decision_threshold": "采购达到多少元须班子集体决策",
    "public_procurement_limit": "采购达到多少元须走政府采购程序",
    "cash_settlement_threshold": "现金付款的结算起点（元）",
    "quorum": "集体决策至少多少班子成员到会",
    "school_names": "发票上还可写的本单位名称：曾用名、食堂全称，用、分开",
    "school_tax_no": "本单位的统一社会信用代码；不写则不核对发票上的税号",
    "recon_tolerance": "对账时相差不超过多少元算容差内",
    "recon_critical_amount": "对账相差达到多少元而未说明为严重差异",
    "gl_stock_account": "总账中库存物品的科目，多个用、分开",
    "gl_asset_account": "总账中固定资产原值的科目",
    "gl_depreciation_account": "总账中固定资产累计折旧的科目",
    "gl_cash_account": "总账中库存现金的科目",
    "gl_bank_account": "总账中银行存款的科目",
    "gl_zero_balance_account": "总账中零余额账户的科目；没有可写空文字",
    "gl_expense_account": "总账中按经济分类列支出的科目（其下级编码以经济分类代码结尾）",
    "semester_starts": "秋季、春季学期第一天（月-日）",
    "semester_ends": "秋季、春季学期最后一天（月-日），借用最迟当天归还",
    "asset_disposal_limit": "原值不超过多少元的资产由学校自行审批处置和盘亏；0 为一律报上级",
}

_HEAD = """\
# 后勤账的设置。改动后保存即可，下一次同步时生效；以 # 开头的行是说明。
# 文字放在英文双引号内；# 后面写着的值就是不写时的默认值。

school = {school}
id = {id}              # 这个文件夹的标识，请勿改动：连接错文件夹时不会误入账
language = "zh"                  # 提示的语言：zh 中文，en 英文
timezone = "Asia/Shanghai"       # 学校所在时区，决定“今天”是哪一天
# campuses = ["南校区", "北校区"]
# term_start = 2026-09-01        # 本学期第一天，“第12周”由此推算
# registers = ["stock_receipt"]  # 使用的登记表；不写为全部（houqin registers 列出编号）

[ledger]
# url = "sqlite:///ledger.db"    # 总账数据库；不写时存放在本机，也可用 postgresql://主机/库名

[schedule]
quiet_seconds = 2                # 文件停止变化多少秒后才读取
rescan_seconds = 300             # 每隔多少秒核对一遍所有文件的内容
watching = "auto"                # 如何得知文件变化：auto 自动、native 由系统通知、polling 定时查看（网络盘）
poll_seconds = 2                 # 定时查看时每隔多少秒看一次
nightly = 20:00:00               # 每晚汇总、对账、备份的时间

[notifications]
urls = []                        # 通知地址：邮件、企业微信、钉钉、飞书，见 docs/operations.md

[backup]
folder = ""                      # 备份放在哪里，最好是另一台机器；不写则放在本机状态文件夹的 backups
daily = 7                        # 保留最近多少天的备份，每天最后一份
weekly = 4                       # 再保留最近多少周的，每周最后一份
monthly = 12                     # 再保留最近多少个月的，每月最后一份

[class_aliases]
# "301" = "G3C1"                 # 老师的写法 = 班级代码
"""

_ROLES = """
# 审批和管账的角色只由这里给出（工作簿不能自己授予）：角色代码 = 工号。
# [roles]
# PRINCIPAL = ["T0001"]          # 校长、园长
# LEADER = []                    # 班子成员
# GA_HEAD = ["T0002"]            # 总务主任
# CUSTODIAN = ["T0003"]          # 保管员
# ACCOUNTANT = []                # 会计
# CASHIER = []                   # 出纳
"""

_DEPARTMENTS = """
# 各部门把工作簿放在 departments/文件夹 下。folder 不写时与部门代码相同；
# registers 不写时按登记表的主管部门和经办部门决定，写了就只能报列出的登记表，例如：
#   TS = {{ name = "图书室", folder = "图书室", registers = ["stock_receipt"] }}
[departments]
{departments}
"""

_PARAMETERS = """
# 学校自己的标准；去掉行首的 # 再改数值。
[parameters]
{parameters}
"""


class ConfigExists(HouqinError):  # noqa: N818 - says what is wrong
    """The shared folder has its settings already (``path``)."""

    code = "CONFIG-EXISTS"
    text = Text(
        "{path} 已经存在，没有改动",
        "{path} exists already and was left as it is",
        "请换一个文件夹，或直接修改这个文件",
        "choose another folder, or edit this file",
    )


def write_default_config(share: Path, school: str) -> Path:
    """Write ``houqin.toml`` with the defaults and return its path; the folder is made where missing.

    Raises:
        ConfigExists: there is one already.
    """
    share.mkdir(parents=True, exist_ok=True)
    path = share / CONFIG_NAME
    if path.exists():
        raise ConfigExists(path=path)
    replace_bytes(path, default_config_text(school, secrets.token_hex(6)).encode())
    return path


def default_config_text(school: str, share_id: str) -> str:
    """Return the settings of a new school as TOML with comments in Chinese."""
    departments = "\n".join(f"{code} = {{ name = {_quoted(name)} }}" for code, name in DEPARTMENT_NAMES.items())
    parameters = "\n".join(_parameter(name, value) for name, value in DEFAULTS.items())
    return (
        _HEAD.format(school=_quoted(school), id=_quoted(share_id))
        + _ROLES
        + _DEPARTMENTS.format(departments=departments)
        + _PARAMETERS.format(parameters=parameters)
    )


def _parameter(name: str, value: str | Decimal | bool) -> str:  # noqa: FBT001 - a value, not a switch
    shown = str(value) if isinstance(value, Decimal) else json.dumps(value, ensure_ascii=False)
    words = _WORDS.get(name, "")
    setting = f"# {name} = {shown}"
    return f"{setting:<40}# {words}" if words else setting


def _quoted(text: str) -> str:
    """Return a TOML string: JSON's escapes are the same, but for the one control character it leaves."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
