"""What the web pages share: their templates, and the cards and sections that they consist of."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined

if TYPE_CHECKING:
    from jinja2 import Template


@dataclass(frozen=True)
class Card:
    """One thing to look at: where, what, why and what to do."""

    place: str
    title: str
    lines: tuple[str, ...]
    hints: tuple[str, ...] = ()
    values: tuple[tuple[str, str], ...] = ()
    """Label and value, shown beside each other."""


@dataclass(frozen=True)
class Section:
    """Cards of one kind under a heading."""

    title: str
    tone: str
    cards: tuple[Card, ...]
    note: str = ""
    more: str = ""


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("sync.publish", ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def page_template(name: str) -> Template:
    """Return the template of a page; everything put into it is escaped."""
    return _environment().get_template(name)


def counted_title(title: str, count: int, language: str) -> str:
    """Return a heading with the number of things under it."""
    return f"{title} ({count})" if language == "en" else f"{title}（{count}）"
