"""Agreements and differences as the master ledger shows them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sync.books.agreement_list import PUBLISHED
from sync.publish.model import AgreementLine, DifferenceLine
from sync.reconciliation import lines_of, reconcile, summary_of, usual_months

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sync.books.agreements import Kept
    from sync.publish.model import Publication
    from sync.reconciliation import Reconciled


def with_differences(publication: Publication, kept: Kept) -> Publication:
    """Return a publication with the agreements of its month and the one before.

    Agreements for which the whole stock book has to be valued are left out: this is done after every
    run, ``houqin reconcile`` when somebody asks.
    """
    today, language = publication.today, publication.language
    found = reconcile(kept, usual_months(today), PUBLISHED)
    return replace(
        publication,
        agreements=[_agreement(each, language) for each in found],
        differences=[
            _difference(each, line, language)
            for each in found
            for line in lines_of(each, today, language, each.judged.differing)
        ],
    )


def _agreement(found: Reconciled, language: str) -> AgreementLine:
    told = summary_of(found, language)
    names = ("period", "title", "left_name", "right_name", "lines", "agreeing", "differing", "serious", "unexplained")
    return AgreementLine(
        **{name: told[name] for name in names},
        kind=told["recon_kind"],
        is_compared=told["compared"],
        amount=told["amount"],
        remark="；".join(filter(None, [told["reason"], *told["left_out"]])),
    )


def _difference(found: Reconciled, line: Mapping[str, Any], language: str) -> DifferenceLine:
    names = ("object", "left_value", "right_value", "diff", "diff_qty", "severity", "status")
    return DifferenceLine(
        f"{line['recon_id']}/{line['line_no']}",
        found.judged.compared.agreement.title.message(language, {}),
        **{name: line[name] for name in names},
        explanation=line["explanation"] or "",
        causes="；".join(cause["message"] for cause in line["causes"]),
    )
