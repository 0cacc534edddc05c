"""``houqin.xlam``: the add-in with its ribbon, its icons, its words and its VBA."""

from __future__ import annotations

import io

import xlsxwriter

from addin.building.icons import icons
from addin.building.package import Replacement, rewritten
from addin.building.project import vba_project
from addin.building.ribbon import ribbon_xml
from addin.building.sources import document_module, own_module, xlwings_module
from addin.building.words import WORDS
from workbooks.template import MADE_AT

NAME = "houqin.xlam"
PROJECT = "HouqinAddIn"

_MACRO_WORKBOOK = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
_ADD_IN = "application/vnd.ms-excel.addin.macroEnabled.main+xml"
_RIBBON_RELATION = "http://schemas.microsoft.com/office/2007/relationships/ui/extensibility"
_IMAGE_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"


def add_in() -> bytes:
    """Return the add-in; equal sources give equal bytes.

    Raises:
        XlwingsMissingError: the release of xlwings that it carries is not installed.
        XlwingsChangedError: xlwings' VBA is not the text that we know.
    """
    pictures = icons()
    replacements = [
        Replacement("[Content_Types].xml", _MACRO_WORKBOOK, _ADD_IN),
        Replacement("[Content_Types].xml", '<Default Extension="xml"', f'{_default("png")}<Default Extension="xml"'),
        Replacement("_rels/.rels", "</Relationships>", f"{_ribbon_relation()}</Relationships>"),
        Replacement("xl/workbook.xml", "<workbookView ", '<workbookView visibility="hidden" '),
    ]
    added = {
        "customUI/customUI14.xml": ribbon_xml().encode("utf-8"),
        "customUI/_rels/customUI14.xml.rels": _image_relations(list(pictures)).encode("utf-8"),
        **{f"customUI/images/{name}.png": picture for name, picture in pictures.items()},
    }
    return rewritten(_workbook(), replacements, added)


def _workbook() -> bytes:
    """Return the workbook of the add-in: one sheet with its words."""
    written = io.BytesIO()
    workbook = xlsxwriter.Workbook(written, {"in_memory": True})
    workbook.set_properties({"title": "Houqin 后勤账", "created": MADE_AT})
    workbook.set_vba_name("ThisWorkbook")
    sheet = workbook.add_worksheet("words")
    sheet.set_vba_name("Words")
    for row, (name, texts) in enumerate(WORDS.items()):
        sheet.write_row(row, 0, (name, *texts))
    modules = [document_module("ThisWorkbook"), document_module("Words"), own_module("Houqin")]
    modules += [own_module("Functions"), xlwings_module()]
    workbook.add_vba_project(io.BytesIO(vba_project(PROJECT, modules)), is_stream=True)
    workbook.close()
    return written.getvalue()


def _default(extension: str) -> str:
    return f'<Default Extension="{extension}" ContentType="image/{extension}"/>'


def _ribbon_relation() -> str:
    return f'<Relationship Id="rIdRibbon" Type="{_RIBBON_RELATION}" Target="customUI/customUI14.xml"/>'


def _image_relations(names: list[str]) -> str:
    """Return the relations of the ribbon to its pictures: the name of an image there is the id of a relation."""
    listed = "".join(
        f'<Relationship Id="{name}" Type="{_IMAGE_RELATION}" Target="images/{name}.png"/>' for name in names
    )
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    return f'{head}<Relationships xmlns="{_RELATIONS}">{listed}</Relationships>'
