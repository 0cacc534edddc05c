"""How a sheet that comes from another workbook is printed: LibreOffice leaves its page style behind."""

from __future__ import annotations

from itertools import count

from addin.calc.bridge import UnoObject

_FAMILY = "PageStyles"


def bring_page_style(source: UnoObject, sheet: UnoObject, target: UnoObject, copy: UnoObject) -> None:
    """Give the copy of a sheet in another document the page style of the original, under a name that is free there."""
    copy_page_style(page_style(source, sheet), target, copy)


def page_style(document: UnoObject, sheet: UnoObject) -> UnoObject:
    """Return the page style of a sheet."""
    return document.StyleFamilies.getByName(_FAMILY).getByName(sheet.PageStyle)


def copy_page_style(original: UnoObject, document: UnoObject, sheet: UnoObject) -> UnoObject:
    """Give a sheet of a document a page style of its own like another one, and return it."""
    styles = document.StyleFamilies.getByName(_FAMILY)
    wanted = str(original.Name)
    names = (wanted if number == 1 else f"{wanted} {number}" for number in count(1))
    name = next(each for each in names if not styles.hasByName(each))
    style = document.createInstance("com.sun.star.style.PageStyle")
    styles.insertByName(name, style)
    for known in original.PropertySetInfo.Properties:
        style.setPropertyValue(known.Name, original.getPropertyValue(known.Name))
    sheet.PageStyle = name
    return style
