"""The words of the published files in Chinese and English."""

from __future__ import annotations

from sync.publish.day_words import DAY_WORDS
from sync.publish.model import State

_WORDS: dict[str, tuple[str, str]] = {
    **DAY_WORDS,
    # the master ledger
    "ledger": ("后勤总账", "Logistics ledger"),
    "made by": (
        "由各部门工作簿自动合并，请勿在此修改；要改数据，请改部门自己的工作簿。",
        "Merged from the departments' workbooks. Do not edit it here: change the department's own workbook.",
    ),
    "cover": ("封面", "Cover"),
    "revision": ("版次", "Revision"),
    "digest": ("账本摘要", "Ledger digest"),
    "at": ("合并时间", "Merged at"),
    "today": ("业务日期", "School day"),
    "closed": ("已结账至", "Closed through"),
    "nothing closed": ("尚未结账", "Nothing is closed yet"),
    "workbooks": ("工作簿", "Workbooks"),
    "contents": ("目录", "Contents"),
    "departments": ("各部门", "Departments"),
    "department": ("部门", "Department"),
    "workbook": ("工作簿", "Workbook"),
    "overview": ("工作簿概况", "Its workbooks"),
    "state": ("状态", "State"),
    "read": ("读取", "Read"),
    "accepted": ("本次接受", "Accepted"),
    "unchanged": ("无变化", "Unchanged"),
    "held": ("搁置", "Held"),
    "conflicting": ("冲突", "Conflicts"),
    "duplicate": ("重复", "Duplicate"),
    "skipped": ("跳过", "Skipped"),
    "missing": ("疑似删除", "Missing"),
    "warnings": ("警告", "Warnings"),
    "errors": ("错误", "Errors"),
    "in ledger": ("已入账", "In ledger"),
    "taken": ("入账时间", "Taken at"),
    "saved": ("保存时间", "Saved at"),
    "page": ("校验页", "Page"),
    "marked": ("标注副本", "Marked copy"),
    "open": ("打开", "Open"),
    "total": ("合计", "Total"),
    "rows": ("行", "rows"),
    "rows in ledger": ("各部门入账行数", "Rows in the ledger by department"),
    "rows pending": ("各部门待处理行数", "Rows to deal with by department"),
    "maker": ("制表：系统", "Made by: the program"),
    "accountant": ("会计：", "Accountant:"),
    "head": ("总务主任：", "Head of logistics:"),
    "principal": ("校长（园长）：", "Principal:"),
    "sign date": ("日期：", "Date:"),
    "of pages": ("第 &P 页 共 &N 页", "Page &P of &N"),
    "no workbooks": ("还没有收到任何部门的工作簿。", "No department has saved a workbook yet."),
    # sheets
    "stock": ("库存", "Stock"),
    "stock title": ("账面库存", "Book stock"),
    "stock note": (
        "共 {n} 行，金额合计 {total:,} 元，其中 {low} 行低于最低库存。月末结账前，单价和金额随补登的单据变动。",
        (
            "{n} lines worth {total:,} yuan, {low} of them below the minimum. Until the month is closed, prices and"
            " values follow documents that come later."
        ),
    ),
    "stock empty": ("账上还没有库存。", "Nothing is in stock in the books yet."),
    "warehouse": ("仓库", "Warehouse"),
    "warehouse name": ("仓库名称", "Warehouse name"),
    "item": ("物品编码", "Item"),
    "name": ("物品名称", "Name"),
    "spec": ("规格", "Specification"),
    "unit": ("单位", "Unit"),
    "quantity": ("账面数量", "Book quantity"),
    "minimum": ("最低库存", "Minimum"),
    "level": ("库存情况", "Level"),
    "average price": ("结存单价", "Average price"),
    "value": ("金额", "Value"),
    "stock_months": ("收发存", "Stock by months"),
    "stock_months title": ("各仓库收发存（金额）", "What came in and went out, by warehouse"),
    "stock_months note": (
        "上表为全部仓库合计，下表按仓库；逐项数量见明细中的月度收发存汇总表。",
        "Sums above, warehouses below; the quantities of every item are in the volumes of the monthly stock summary.",
    ),
    "stock_months empty": ("账上还没有库存。", "Nothing is in stock in the books yet."),
    "stock by months": ("各月收入与发出（元）", "In and out by months (yuan)"),
    "all warehouses": ("全部", "all"),
    "items in stock": ("有存品种", "Items in stock"),
    "opening value": ("期初金额", "Opening value"),
    "amount in": ("本期收入", "In"),
    "amount out": ("本期发出", "Out"),
    "closing value": ("期末金额", "Closing value"),
    "low": ("低于最低", "Below minimum"),
    "negative": ("负库存", "Negative"),
    "enough": ("正常", "Enough"),
    "no minimum": ("未设最低", "No minimum set"),
    "asset_classes": ("资产分类", "Assets by class"),
    "asset_classes title": ("固定资产（按分类）", "Fixed assets by class"),
    "asset_classes empty": ("账上还没有固定资产。", "No fixed asset is in the books yet."),
    "asset_departments": ("资产部门", "Assets by department"),
    "asset_departments title": ("固定资产（按使用部门）", "Fixed assets by department"),
    "asset_departments empty": ("账上还没有固定资产。", "No fixed asset is in the books yet."),
    "asset note": (
        "截至 {day}（含当月折旧）：{cards} 张卡片，原值 {original:,}，累计折旧 {accumulated:,}，净值 {net:,}。",
        (
            "As of {day}, with this month's depreciation: {cards} cards, original value {original:,}, accumulated"
            " depreciation {accumulated:,}, net value {net:,}."
        ),
    ),
    "money": ("资金", "Money"),
    "money title": ("现金和银行存款", "Cash and bank accounts"),
    "money note": (
        "截至 {day}：现金 {cash:,} 元，银行存款 {bank:,} 元；未日清 {uncounted} 天，未达账项 {outstanding} 笔。",
        (
            "As of {day}: {cash:,} yuan in cash, {bank:,} at banks; {uncounted} days without a count, {outstanding}"
            " outstanding items."
        ),
    ),
    "money empty": ("账上还没有现金和银行日记账。", "No journal of cash or bank is in the books yet."),
    "journal": ("账", "Journal"),
    "cash": ("现金", "Cash"),
    "bank": ("银行", "Bank"),
    "account": ("账户", "Account"),
    "account kind": ("账户性质", "Kind"),
    "month opening": ("本月期初", "Opening of the month"),
    "month in": ("本月收入", "In"),
    "month out": ("本月支出", "Out"),
    "book balance": ("账面余额", "Book balance"),
    "checked": ("核对到", "Checked"),
    "counted or bank": ("实点/对账单", "Counted / statement"),
    "open points": ("未盘天数/未达笔数", "Days not counted / items open"),
    "money difference": ("长短款/调节差额", "Over or short / difference"),
    "class": ("分类代码", "Class"),
    "class name": ("分类名称", "Class name"),
    "department name": ("部门名称", "Department name"),
    "cards": ("卡片数", "Cards"),
    "pieces": ("数量", "Quantity"),
    "original value": ("原值", "Original value"),
    "accumulated": ("累计折旧", "Accumulated depreciation"),
    "net value": ("净值", "Net value"),
    "agreements": ("对账汇总", "Agreements"),
    "agreements title": ("对账汇总", "Agreements"),
    "agreements note": (
        "上月和本月核对 {n} 项，{differing} 项有差异。用 houqin reconcile -o 生成差异表，填好说明存入本部门文件夹。",
        (
            "{n} agreements of last month and this one were compared, {differing} of them differ. To explain a"
            " difference: houqin reconcile -o FILE, fill it in and save it in your folder."
        ),
    ),
    "agreements empty": ("还没有可核对的账。", "There is nothing to compare yet."),
    "agreement": ("对账", "Agreement"),
    "agreement kind": ("类型", "Kind"),
    "left side": ("左侧", "Left side"),
    "right side": ("右侧", "Right side"),
    "lines": ("行数", "Lines"),
    "agreeing": ("一致", "Agreeing"),
    "differing": ("差异", "Differing"),
    "serious": ("严重", "Serious"),
    "unexplained": ("未说明", "Unexplained"),
    "difference": ("差额", "Difference"),
    "agreement remark": ("未核对的原因", "Why not compared"),
    "differences": ("差异", "Differences"),
    "differences title": ("对账差异", "Differences"),
    "differences note": (
        "共 {n} 处差异，{open} 处待处理。金额大而未说明、或已结账月份未说明的为严重。",
        "{n} differences, {open} of them open. Unexplained ones are serious if they are large or of a closed month.",
    ),
    "differences empty": ("没有差异。", "Nothing differs."),
    "difference number": ("编号", "Number"),
    "object": ("对象", "Object"),
    "left value": ("左侧数值", "Left value"),
    "right value": ("右侧数值", "Right value"),
    "difference in quantity": ("数量差", "Quantity"),
    "seriousness": ("严重程度", "Severity"),
    "difference status": ("处理状态", "Status"),
    "explanation": ("原因说明", "Explanation"),
    "candidate causes": ("可能的原因", "Candidate causes"),
    "findings": ("问题", "Findings"),
    "findings title": ("各部门问题", "Findings by department"),
    "findings note": (
        "共 {n} 条：错误 {errors}，警告 {warnings}，提示 {infos}。错误的行暂不入账，改正并保存后自动重试。",
        (
            "{n} findings: {errors} errors, {warnings} warnings, {infos} notes. A row with an error stays out of the"
            " books; correct it, save, and it is tried again."
        ),
    ),
    "findings empty": ("没有发现问题。", "Nothing was found wrong."),
    "sheet": ("工作表", "Sheet"),
    "cell": ("单元格", "Cell"),
    "severity": ("级别", "Severity"),
    "code": ("代码", "Code"),
    "message": ("问题", "What is wrong"),
    "hint": ("怎么办", "What to do"),
    "error": ("错误", "Error"),
    "warning": ("警告", "Warning"),
    "info": ("提示", "Note"),
    "held title": ("搁置的行", "Rows held back"),
    "held note": (
        "共 {n} 行没有入账。改正工作簿并保存，或等所缺的单据到齐，系统每次合并都会重试。",
        (
            "{n} rows are not in the books. Correct the workbook and save it, or wait for the document that is"
            " missing: every merge tries them again."
        ),
    ),
    "held empty": ("没有搁置的行。", "No row is held back."),
    "register": ("登记簿", "Register"),
    "key": ("编号", "Key"),
    "reasons": ("原因", "Why"),
    "conflicts": ("冲突", "Conflicts"),
    "conflicts title": ("冲突", "Conflicts"),
    "conflicts note": (
        ("共 {n} 处。总账保留现值；请双方商定，把两个工作簿改成一致，或从不该有的一方删去该行，下次合并时重新核对。"),
        (
            "{n} conflicts. The ledger keeps its value; agree on the right one and make both workbooks say so, or"
            " delete the row from the one that should not have it: the next merge looks again."
        ),
    ),
    "conflicts empty": ("没有冲突。", "There are no conflicts."),
    "number": ("序号", "Number"),
    "field": ("栏目", "Field"),
    "base": ("原值", "As before"),
    "ours": ("本工作簿", "This workbook"),
    "theirs": ("总账现值", "In the ledger"),
    "other workbook": ("另一来源", "Other source"),
    "missing title": ("疑似删除的行", "Rows that are gone"),
    "missing note": (
        "共 {n} 行从工作簿中消失，仍在账内。误删请恢复；确要删除，请填回该行并在备注写“作废”。",
        (
            "{n} rows are gone from their workbook and still in the books. Put them back; to withdraw one, put it back"
            " with 作废 in its remark."
        ),
    ),
    "missing empty": ("没有疑似删除的行。", "No row is missing."),
    "since": ("发现时间", "Since"),
    "volumes": ("明细目录", "Volumes"),
    "volumes title": ("明细账目录", "Volumes of details"),
    "volumes note": (
        "共 {n} 册，{rows} 行。点“册”打开明细。",
        "{n} volumes, {rows} rows. A click on a volume opens it.",
    ),
    "volumes empty": ("账上还没有明细。", "There are no rows in the ledger yet."),
    "volume": ("册", "Volume"),
    "newest": ("最近一册", "Newest volume"),
    "period": ("月份", "Month"),
    "row count": ("行数", "Rows"),
    "rules": ("规则", "Rules"),
    "rules title": ("停用的规则", "Rules switched off"),
    "rules note": (
        "共 {n} 条规则未参加校验。启用所需的登记簿后自动恢复。",
        "{n} rules were not applied. They come back when the registers they need are in use.",
    ),
    "rules empty": ("全部规则都在使用。", "All rules are in use."),
    "reason": ("原因", "Why"),
    "rule off": ("{register}：未启用 {missing}", "{register}: {missing} is not in use"),
    "more": (
        "本表列出最要紧的 {shown} 条，共 {n} 条；其余见各工作簿的校验页。",
        "This sheet lists the {shown} most serious of {n}; the others are on the page of each workbook.",
    ),
    "all periods": ("全部", "All"),
    "no date": ("无日期", "No date"),
    # the volumes
    "_status": ("状态", "Status"),
    "_status 2": ("入账状态", "Ledger status"),
    "_workbook": ("来源工作簿", "Source workbook"),
    "_sheet": ("来源工作表", "Source sheet"),
    "_row": ("来源行", "Source row"),
    "yes": ("是", "Yes"),
    "no": ("否", "No"),
    "row accepted": ("已入账", "Accepted"),
    "row held": ("搁置", "Held"),
    "row conflict": ("冲突", "Conflict"),
    "row missing": ("疑似删除", "Missing"),
    "row withdrawn": ("已撤销", "Withdrawn"),
    # the page of a workbook
    "page title": ("校验结果", "What was taken"),
    "all well": (
        "全部接受：{n} 行都已入账，没有需要处理的事。",
        "All accepted: {n} rows are in the ledger, nothing to do.",
    ),
    "all well but": (
        "{n} 行都已入账。下面的提醒请核对，不影响入账。",
        "All {n} rows are in the ledger. Please look at the warnings below; they hold nothing back.",
    ),
    "to do": (
        "有 {n} 行没有入账。请在自己的工作簿里改正下面各处并保存，系统会自动重试；其他行不受影响。",
        (
            "{n} rows were not taken. Correct the places below in your own workbook and save it: it is tried again by"
            " itself. The other rows are not affected."
        ),
    ),
    "stopped": ("这个工作簿没有入账：{state}。原因见下。", "This workbook was not taken: {state}. See why below."),
    "answered": (
        "这是处理决定：下面逐条说明是否照办。已照办的不必保留本文件。",
        "These are decisions: see below what became of each. A file whose decisions are settled may be deleted.",
    ),
    "answered nothing": ("这是处理决定，还没有选择任何一条。", "These are decisions; nothing has been chosen yet."),
    "nothing": ("这个工作簿里没有登记数据。", "There are no rows of a register in this workbook."),
    "to correct": ("需要改正的行", "Rows to correct"),
    "other errors": ("其他错误", "Other errors"),
    "page conflicts": ("与总账不一致（冲突）", "In conflict with the ledger"),
    "page conflicts note": (
        "总账保留现值。请与对方核对，商定后把两个工作簿改成一致，或在“待决”工作簿里选择后存入本部门文件夹。",
        (
            "The ledger keeps its value. Agree with the other side and make both workbooks say the same, or choose in"
            " the workbook of decisions and save that into your folder."
        ),
    ),
    "page missing": ("从工作簿中消失的行（疑似删除）", "Rows gone from the workbook"),
    "page missing note": (
        "这些行仍在账内。误删请恢复；确要删除，请在“待决”工作簿里选“确认删除”后存入本部门文件夹。",
        (
            "They are still in the books. Put them back; to withdraw one, confirm it in the workbook of decisions and"
            " save that into your folder."
        ),
    ),
    "page waiting": ("等待确认", "Waiting to be confirmed"),
    "page warnings": ("提醒（已入账，请核对）", "Warnings (taken; please look)"),
    "page notes": ("说明", "Notes"),
    "open workbook": ("打开工作簿", "Open the workbook"),
    "open marked": ("打开标注副本", "Open the marked copy"),
    "open choices": ("打开待决工作簿", "Open the workbook of decisions"),
    "choice foreign": (
        "另一来源属其他部门：要改总账，请商定后由管理员处理。",
        "The other source is another department's: an admin changes the ledger once both agree.",
    ),
    "choice ours": ("已决定：采用总账", "Decided: the ledger's row"),
    "choice theirs": ("已决定采用本工作簿，但规则不允许，见校验页", "This workbook's row is decided, a rule holds it"),
    "choice base": ("已决定恢复原值，但规则不允许，见校验页", "The base is decided, a rule holds it"),
    "missing place": ("原在 {sheet} 第 {row} 行", "It was on {sheet}, row {row}"),
    "stop kind": ("整本搁置", "Workbook held"),
    "stop lost": ("已入账 {known} 行中有 {count} 行消失", "{count} of {known} rows in the ledger are gone"),
    "stop changed": ("{count} 行的数量、单价或物品全部变动", "All {count} rows changed in what they post"),
    "stop vanished": (
        "文件夹为空或离线，{known} 行的工作簿不见了",
        "The folder is empty or offline, a workbook of {known} rows is not there",
    ),
    "stop note": (
        "核对无误请选“确认无误，继续”（管理员也可执行 houqin confirm {id}）；否则请恢复工作簿后再存。",
        "If this is right choose so (or an admin runs houqin confirm {id}); otherwise restore the workbook.",
    ),
    "open master": ("打开总账", "Open the ledger"),
    "page more": ("另有 {n} 条，见标注副本。", "{n} more are in the marked copy."),
    "balance": (
        (
            "读取 {read} = 接受 {accepted} + 无变化 {unchanged} + 搁置 {held} + 冲突 {conflicting} + 重复 {duplicate}"
            " + 跳过 {skipped}"
        ),
        (
            "{read} read = {accepted} accepted + {unchanged} unchanged + {held} held + {conflicting} in conflict +"
            " {duplicate} duplicate + {skipped} skipped"
        ),
    ),
}

_STATES: dict[State, tuple[str, str]] = {
    State.ACCEPTED: ("全部接受", "All accepted"),
    State.PARTLY: ("部分接受", "Partly accepted"),
    State.HELD: ("全部搁置", "All held"),
    State.UNCHANGED: ("无变化", "Unchanged"),
    State.EMPTY: ("没有数据", "No rows"),
    State.WAITING: ("等待确认", "Waiting for confirmation"),
    State.ANSWERED: ("处理决定", "Decisions"),
    State.BUSY: ("正在编辑", "Being edited"),
    State.DAMAGED: ("文件损坏", "Damaged file"),
    State.REFUSED: ("拒收", "Refused"),
    State.GONE: ("文件已移走", "File gone"),
}


def word(key: str, language: str, **values: object) -> str:
    """Return a word or sentence in ``zh`` or ``en`` with its places filled in.

    Raises:
        KeyError: there is no such word, or a place of it is not given.
    """
    text = _WORDS[key][language == "en"]
    return text.format_map(values) if values else text


def state_title(state: State, language: str) -> str:
    """Return what people read for the state of a workbook."""
    return _STATES[state][language == "en"]


def status_title(status: str, language: str) -> str:
    """Return what people read for the status of a row, the status itself where it is not known."""
    known = _WORDS.get(f"row {status}")
    return known[language == "en"] if known else status
