"""The change set of a run: which versions begin and end, and what the ledger remembers besides."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import polars as pl

from schemas.check import HELD, PROPOSED, UNCHANGED
from schemas.frames import is_one_of
from schemas.register import Register, all_registers
from sync.memory import CONFLICT, SUPERSEDED
from sync.takes import Take
from sync.versioned import META

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from schemas.books import OpenBooks
    from schemas.check import Checked
    from sync.memory import Decisions
    from sync.merge import LedgerDecider


@dataclass
class RegisterChanges:
    """What a run does to the rows of one register."""

    register: type[Register]
    added: pl.DataFrame
    """New versions: declared and computed columns and the ledger's own, ``_reason`` last."""
    closed: list[int] = field(default_factory=list)
    """Current versions that end."""
    claims: list[dict[str, Any]] = field(default_factory=list)
    """Rows for the table ``claim``."""
    ended_claims: list[int] = field(default_factory=list)
    rekeyed: list[tuple[str, str]] = field(default_factory=list)
    """Old key and new key."""
    conflicts: list[dict[str, Any]] = field(default_factory=list)
    missing: list[tuple[str, str, str]] = field(default_factory=list)
    """(workbook, sheet, key) of the rows of workbooks read now that are missing after the run."""

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing is to be written."""
        return self.added.is_empty() and not (self.closed or self.claims or self.ended_claims)


@dataclass(frozen=True)
class Sources:
    """Where the rows of a run come from."""

    sha256: Mapping[str, str]
    """Workbook to the hash of the version that was read (or, for held rows, that was stored)."""
    read_now: frozenset[str]
    read_whole: Callable[[str], Collection[str]]
    """Register id to the workbooks whose rows of it were all read in this run."""


def changes_of(
    checked: Checked, decider: LedgerDecider, books: OpenBooks, claims: Mapping[str, pl.DataFrame], sources: Sources
) -> list[RegisterChanges]:
    """Return what the run does to each register of the batch, in their order."""
    return [
        _register_changes(
            all_registers()[register_id],
            frame,
            decider.decisions[register_id],
            books.kept(register_id),
            claims.get(register_id),
            sources,
        )
        for register_id, frame in checked.frames.items()
    ]


def _register_changes(
    register: type[Register],
    frame: pl.DataFrame,
    decisions: Decisions,
    current: pl.DataFrame,
    claims: pl.DataFrame | None,
    sources: Sources,
) -> RegisterChanges:
    passed = frame.filter(pl.col("_outcome") == PROPOSED)
    rekeyed = _passed_rekeys(passed, decisions)
    added = [_accepted(register, passed, sources)]
    closed = _ended(current, passed["_key"])
    if "_version" in current.columns:
        gone = _gone_versions(register, decisions, rekeyed, current).join(passed, on="_key", how="anti")
        added.append(gone)
        closed += _ended(current, gone["_key"])
    changes = RegisterChanges(register, pl.concat(added, how="vertical_relaxed"), closed)
    changes.missing = _missing_after(changes, current, sources)
    changes.rekeyed = [*rekeyed.items(), *decisions.linked.items()]
    open_now = frame.filter(pl.col("_outcome").is_in([CONFLICT, HELD]))["_id"].to_list()
    changes.conflicts = [decisions.conflicts[row_id] for row_id in open_now if row_id in decisions.conflicts]
    _remember(changes, frame, decisions, claims, sources)
    _remember_owners(changes, frame, decisions, current, claims, sources.read_whole(register.id))
    return changes


def _missing_after(changes: RegisterChanges, current: pl.DataFrame, sources: Sources) -> list[tuple[str, str, str]]:
    places = ["_workbook", "_sheet", "_key"]
    new = changes.added.filter(pl.col("_status") == "missing").select(places)
    if "_version" not in current.columns:
        return list(new.iter_rows())
    left = (pl.col("_status") == "missing") & ~pl.col("_version").is_in(changes.closed)
    before = current.filter(left & is_one_of("_workbook", sources.read_now))
    return list(pl.concat([new, before.select(places)]).sort(places).iter_rows())


def _passed_rekeys(passed: pl.DataFrame, decisions: Decisions) -> dict[str, str]:
    """Return old key to new key of the corrections whose new row has passed."""
    if not decisions.rekeyed:
        return {}
    keys = dict(passed.select("_id", "_key").iter_rows())
    return {old: keys[row_id] for row_id, old in decisions.rekeyed.items() if row_id in keys}


def _ended(current: pl.DataFrame, keys: pl.Series) -> list[int]:
    if "_version" not in current.columns or current.is_empty() or keys.is_empty():
        return []
    found: list[int] = current.select("_key", "_version").filter(is_one_of("_key", keys))["_version"].to_list()
    return found


def _accepted(register: type[Register], passed: pl.DataFrame, sources: Sources) -> pl.DataFrame:
    sha256 = pl.col("_workbook").replace_strict(dict(sources.sha256), default=None, return_dtype=pl.String)
    return _in_ledger_form(register, passed.with_columns(pl.lit("accepted").alias("_status"), sha256.alias("_sha256")))


def _in_ledger_form(register: type[Register], rows: pl.DataFrame) -> pl.DataFrame:
    """Return rows with exactly the columns that the ledger takes, the month of ``_post_date`` filled in."""
    dated = rows.with_columns(pl.col("_post_date").dt.strftime("%Y-%m").alias("_post_period"))
    reason = [] if "_reason" in rows.columns else [pl.lit("").alias("_reason")]
    names = (*register.names(), *register.computed(), *META, "_reason")
    return dated.with_columns(*reason).select(names)


def _gone_versions(
    register: type[Register],
    decisions: Decisions,
    rekeyed: Mapping[str, str],
    current: pl.DataFrame,
) -> pl.DataFrame:
    """Return the versions of rows that left their workbook: withdrawn, missing, or of another source."""
    held_back = set(decisions.rekeyed.values()) - set(rekeyed)
    withdrawn = {*rekeyed, *decisions.withdrawn["_key"]}
    others = {key: workbook for key, workbook in decisions.moved.items() if key not in withdrawn}
    status = (
        pl.when(pl.col("_key").is_in(list(withdrawn))).then(pl.lit("withdrawn"))
        .when(pl.col("_key").is_in(list(others))).then(pl.lit("accepted"))
        .otherwise(pl.lit("missing"))
    )  # fmt: skip
    keys = {*withdrawn, *decisions.gone["_key"], *others} - held_back
    left = current.filter(pl.col("_key").is_in(list(keys)))
    moved = pl.col("_key").replace_strict(others, default=None, return_dtype=pl.String)
    return _in_ledger_form(
        register,
        left.with_columns(
            status.alias("_status"), pl.coalesce(moved, pl.col("_workbook")).alias("_workbook"), _reason_of(status)
        ),
    )


def _reason_of(status: pl.Expr) -> pl.Expr:
    return pl.when(status == "accepted").then(pl.lit("source moved")).otherwise(status).alias("_reason")


def _remember(
    changes: RegisterChanges,
    frame: pl.DataFrame,
    decisions: Decisions,
    claims: pl.DataFrame | None,
    sources: Sources,
) -> None:
    """Work out which bases the ledger has to remember apart from the current versions."""
    register = changes.register
    known = {} if claims is None else {(c["workbook"], c["row_key"]): c for c in claims.iter_rows(named=True)}
    wanted: dict[tuple[str, str], dict[str, Any]] = {}
    same = (pl.col("_reason") == "source") & (pl.col("_now") == pl.col("_hash")) & (pl.col("_outcome") == UNCHANGED)
    for row in frame.filter(same).iter_rows(named=True):
        wanted[row["_workbook"], row["_key"]] = _claim(register, row, row["_now"], row["_now_version"])
    met = (
        ((pl.col("_outcome") == PROPOSED) & pl.col("_reason").is_in(["merged", Take.BASE.value]))
        | (pl.col("_reason") == Take.OURS.value)
        | (pl.col("_outcome") == SUPERSEDED)
        | ((pl.col("_reason") == "source") & pl.col("_now").ne_missing(pl.col("_hash")))
    )
    for row in frame.filter(met).iter_rows(named=True):
        claim = _claim(register, row, row["_stated"], None)
        told = {"content": decisions.stated[row["_id"]], "seen": decisions.seen.get(row["_id"])}
        wanted[row["_workbook"], row["_key"]] = {**claim, **told}
    voided = set(decisions.withdrawn.select("_workbook", "_key").iter_rows())
    whole = sources.read_whole(register.id)
    for row in _overwritten(frame, whole).iter_rows(named=True):
        place = (row["_now_workbook"], row["_key"])
        seen = decisions.seen.get(row["_id"])
        if place in known and place not in wanted and seen is not None:
            wanted[place] = {**{name: known[place][name] for name in _CLAIM_FIELDS}, "seen": seen}
        elif place not in known and place not in wanted and place not in voided:
            former = {**row, "_workbook": row["_now_workbook"]}
            wanted[place] = {**_claim(register, former, row["_now"], row["_now_version"]), "seen": seen}
    looked_at = frame.join(_keys_of(known), on="_key", how="semi")
    done = set(looked_at.filter(pl.col("_outcome") == PROPOSED).select("_workbook", "_key").iter_rows())
    stated = set(looked_at.select("_workbook", "_key").iter_rows())
    for place, claim in known.items():
        if place in wanted:
            wanted[place] = _with_seen(wanted[place], claim)
        replaced = place in wanted and _differs(wanted[place], claim)
        left = place[0] in whole and place not in stated
        if replaced or left or (place in done and place not in wanted):
            changes.ended_claims.append(claim["version_id"])
        elif place in wanted:
            del wanted[place]
    changes.claims = list(wanted.values())


def _overwritten(frame: pl.DataFrame, whole: Collection[str]) -> pl.DataFrame:
    """Return the rows that changed what another workbook had accepted and, read in this run or not, still states."""
    stands = pl.col("_now_version").is_not_null() & (pl.col("_now_status") != "missing")
    passed = frame.filter((pl.col("_outcome") == PROPOSED) & stands)
    others = passed.filter(pl.col("_now_workbook") != pl.col("_workbook"))
    stated = frame.select("_key", _now_workbook="_workbook")
    unread = ~pl.col("_now_workbook").is_in(list(whole))
    return pl.concat([others.filter(unread), others.filter(~unread).join(stated, on=stated.columns, how="semi")])


def _keys_of(places: Iterable[tuple[str, str]]) -> pl.DataFrame:
    return pl.DataFrame({"_key": [key for _, key in places]}, schema={"_key": pl.String()})


def _remember_owners(
    changes: RegisterChanges,
    frame: pl.DataFrame,
    decisions: Decisions,
    current: pl.DataFrame,
    claims: pl.DataFrame | None,
    whole: Collection[str],
) -> None:
    """Keep the base of a workbook whose row another one renumbered, voided, or goes on stating without its file."""
    came = frame.filter(pl.col("_id").is_in(list(decisions.rekeyed))).select("_id", "_workbook")
    agents = dict(decisions.moved)
    agents |= {decisions.rekeyed[row_id]: workbook for row_id, workbook in came.iter_rows()}
    agents |= dict(decisions.withdrawn.select("_key", "_workbook").iter_rows())
    if not agents:
        return
    known = set() if claims is None else set(claims.select("workbook", "row_key").iter_rows())
    stated = set(frame.filter(pl.col("_key").is_in(list(agents))).select("_workbook", "_key").iter_rows())
    for row in current.filter(pl.col("_version").is_in(changes.closed)).iter_rows(named=True):
        owner, key = row["_workbook"], row["_key"]
        silent = owner in whole and (owner, key) not in stated
        if key in agents and agents[key] != owner and (owner, key) not in known and not silent:
            base = _claim(changes.register, row, row["_hash"], row["_version"])
            changes.claims.append({**base, "content": None, "seen": None})


def _claim(register: type[Register], row: Mapping[str, Any], content_hash: str, version: int | None) -> dict[str, Any]:
    return {
        "workbook": row["_workbook"],
        "register": register.id,
        "row_key": row["_key"],
        "content_hash": content_hash,
        "base_version": version,
        "sheet": row["_sheet"],
        "row_number": row["_row"],
    }


_CLAIM_FIELDS = ("workbook", "register", "row_key", "content_hash", "base_version", "content", "sheet", "row_number")


def _with_seen(wanted: dict[str, Any], claim: Mapping[str, Any]) -> dict[str, Any]:
    """Return a base with the cells on which an earlier conflict was settled: they stay with it."""
    return wanted if wanted.get("seen") is not None else {**wanted, "seen": claim["seen"]}


def _differs(wanted: Mapping[str, Any], claim: Mapping[str, Any]) -> bool:
    seen, kept = (json.loads(side) if isinstance(side, str) else side for side in (wanted["seen"], claim["seen"]))
    return bool(wanted["content_hash"] != claim["content_hash"] or seen != kept)
