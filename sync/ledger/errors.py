"""Why the ledger cannot be used or written."""

from __future__ import annotations

from schemas.findings import Text
from sync.errors import HouqinError


class LedgerError(HouqinError):
    """The ledger cannot do what it was asked for."""

    code = "LEDGER"


class LedgerUnreachable(LedgerError):  # noqa: N818 - says what is wrong
    """The database cannot be reached or opened (``url``, ``reason``)."""

    code = "LEDGER-UNREACHABLE"
    text = Text(
        "总账数据库 {url} 无法打开（{reason}）",
        "the ledger database {url} cannot be opened ({reason_en})",
        "请检查 houqin.toml 的 [ledger] url、磁盘和数据库服务",
        "check [ledger] url in houqin.toml, the disk and the database service",
    )


class LedgerInterrupted(LedgerError):  # noqa: N818 - says what is wrong
    """The database stopped working in the midst of a transaction (``url``, ``reason``)."""

    code = "LEDGER-INTERRUPTED"
    text = Text(
        "总账数据库 {url} 中途停止工作（{reason}），没有写完的已撤回",
        "the ledger database {url} stopped working ({reason_en}); what was being written was taken back",
        "请检查磁盘空间和数据库服务，然后再试",
        "check the space on the disk and the database service, and try again",
    )


class LedgerMismatch(LedgerError):  # noqa: N818 - says what is wrong
    """A column is declared otherwise than the ledger keeps it (``table``, ``column``, ``kept``, ``declared``)."""

    code = "LEDGER-MISMATCH"
    text = Text(
        "总账中 {table}.{column} 按 {kept} 保存，程序现在声明为 {declared}",
        "the ledger keeps {table}.{column} as {kept}, the program now declares {declared}",
        "这种改变需要专门的迁移，请换回原来的程序版本",
        "such a change needs a migration of its own; go back to the former version of the program",
    )


class MigrationLosesDigits(LedgerError):  # noqa: N818 - says what is wrong
    """A migration would lose digits of numbers (``table``, ``column``, ``places``, ``versions``)."""

    code = "LEDGER-MIGRATION"
    text = Text(
        "{table}.{column} 改为 {places} 位小数会丢失数字（行 {versions}），账没有改动",
        "with {places} decimal places {table}.{column} would lose digits (versions {versions}); nothing was changed",
        "请换回原来的程序版本，先更正这些行",
        "go back to the former version of the program and correct these rows first",
    )


class NotCurrent(LedgerError):  # noqa: N818 - says what is wrong
    """Versions that were to be closed are not current ones of earlier revisions (``table``, ``versions``)."""

    code = "LEDGER-NOT-CURRENT"
    text = Text(
        "{table} 的版本 {versions} 不是现行版本，不能结束",
        "versions {versions} of {table} are not current and cannot be closed",
    )


class NotFitting(LedgerError):  # noqa: N818 - says what is wrong
    """Rows that were to be written do not have the columns of the table (``table``, ``reason``)."""

    code = "LEDGER-NOT-FITTING"
    text = Text("写入 {table} 的数据不合适：{reason}", "the rows for {table} do not fit: {reason}")
