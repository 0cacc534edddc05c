"""Which cell styles of a workbook are struck through, red, a percentage or an elapsed time."""

from __future__ import annotations

import re
from dataclasses import dataclass

from workbooks.xml_parts import Node, parse_part

_BUILT_IN_PERCENT, _BUILT_IN_ELAPSED = {9, 10}, {46}
_RED_INDEXES = {"2", "10"}
_QUOTED = re.compile(r'"[^"]*"|\\.|_.|\*.')
_ELAPSED = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Styles:
    """Positions of cell styles (the ``s`` of a cell) that mean something to us."""

    strike: frozenset[int] = frozenset()
    red: frozenset[int] = frozenset()
    percent: frozenset[int] = frozenset()
    elapsed: frozenset[int] = frozenset()
    """Hours beyond a day, as ``[h]:mm`` shows them."""


def read_styles(content: bytes) -> Styles:
    """Return the meaningful styles of a styles part, none for an empty part.

    Raises:
        RefusedError: the part is broken or hostile.
    """
    if not content:
        return Styles()
    root = parse_part(content)
    fonts = list(_children(root, "fonts", "font"))
    struck = {place for place, font in enumerate(fonts) if _is_on(font.first("strike"))}
    red = {place for place, font in enumerate(fonts) if _is_red(font.first("color"))}
    codes = {
        _number(node.attributes.get("numFmtId")): node.attributes.get("formatCode", "")
        for node in _children(root, "numFmts", "numFmt")
    }
    percents = _BUILT_IN_PERCENT | {number for number, code in codes.items() if is_percent_format(code)}
    elapsed = _BUILT_IN_ELAPSED | {number for number, code in codes.items() if _ELAPSED.search(code)}
    formats = [
        (_number(xf.attributes.get("fontId")), _number(xf.attributes.get("numFmtId")))
        for xf in _children(root, "cellXfs", "xf")
    ]
    return Styles(
        frozenset(place for place, (font, _) in enumerate(formats) if font in struck),
        frozenset(place for place, (font, _) in enumerate(formats) if font in red),
        frozenset(place for place, (_, number) in enumerate(formats) if number in percents),
        frozenset(place for place, (_, number) in enumerate(formats) if number in elapsed),
    )


def is_percent_format(code: str) -> bool:
    """Tell whether a number format shows a percentage; a quoted % sign does not count."""
    return "%" in _QUOTED.sub("", code)


def _children(root: Node, group: str, name: str) -> tuple[Node, ...]:
    parent = root.first(group)
    return tuple(parent.named(name)) if parent else ()


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() else -1


def _is_on(node: Node | None) -> bool:
    return node is not None and node.attributes.get("val", "1") not in {"0", "false"}


def _is_red(color: Node | None) -> bool:
    if color is None:
        return False
    if color.attributes.get("indexed") in _RED_INDEXES:
        return True
    rgb = color.attributes.get("rgb", "")[-6:]
    return re.fullmatch("[0-9A-Fa-f]{6}", rgb) is not None and is_red_rgb(bytes.fromhex(rgb))


def is_red_rgb(rgb: bytes) -> bool:
    """Tell whether a colour is one of Excel's reds (FF0000, C00000 and their neighbours)."""
    return rgb[0] >= 0xC0 and rgb[1] <= 0x30 and rgb[2] <= 0x30
