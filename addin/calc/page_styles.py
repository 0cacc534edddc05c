"""How a sheet that comes from another workbook is printed: LibreOffice leaves its page style behind."""

from __future__ import annotations

from itertools import count

from addin.calc.bridge import UnoObject

_FAMILY = "PageStyles"


def bring_page_style(source: UnoObject, sheet: UnoObject, target: UnoObject, copy: UnoObject) -> None:
    """Give the copy of a sheet in another document the page style of the original, under a name that is free there."""
    wanted = str(sheet.PageStyle)
    original = source.StyleFamilies.getByName(_FAMILY).getByName(wanted)
    styles = target.StyleFamilies.getByName(_FAMILY)
    names = (wanted if number == 1 else f"{wanted} {number}" for number in count(1))
    name = next(each for each in names if not styles.hasByName(each))
    style = target.createInstance("com.sun.star.style.PageStyle")
    styles.insertByName(name, style)
    for known in original.PropertySetInfo.Properties:
        style.setPropertyValue(known.Name, original.getPropertyValue(known.Name))
    copy.PageStyle = name
