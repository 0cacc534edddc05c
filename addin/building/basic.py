"""The Basic library ``Houqin`` that answers the buttons in LibreOffice Calc, and its place in the list of libraries."""

from __future__ import annotations

import re
from importlib.resources import files
from xml.sax.saxutils import escape, quoteattr

from addin.building.words import WORDS
from addin.labels import BUTTONS, TAB_LABELS, Language

LIBRARY = "Houqin"
KINDS = ("script", "dialog")
"""LibreOffice keeps two lists of libraries; a library has to be in both."""

_MODULE = "Buttons"
_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE {root} PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "{dtd}">
"""
_LIBRARIES = 'xmlns:library="http://openoffice.org/2000/library"'
_LINE = re.compile(rf'\s*<library:library library:name="{LIBRARY}"[^>]*/>')


def library_files(interpreter: str, program: str) -> dict[str, bytes]:
    """Return the files of the library by their names.

    Args:
        interpreter: the Python that the buttons start.
        program: the folder of the engine in it, whose absence says that Houqin is no longer there.
    """
    text = (files("addin") / "vba" / "LibreOffice.bas").read_text(encoding="ascii")
    missing = '" & Chr(10) & "'.join(_quoted(words) for words in WORDS["no_interpreter"])
    for name, value in (("INTERPRETER", _quoted(interpreter)), ("PROGRAM", _quoted(program)), ("MISSING", missing)):
        text = text.replace(f"%{name}%", value)
    source = text.partition("\n")[2]
    named = f'script:name="{_MODULE}" script:language="StarBasic"'
    start = f'<script:module xmlns:script="http://openoffice.org/2000/script" {named}>'
    module = f"{start}{escape(source)}</script:module>\n"
    return {
        f"{_MODULE}.xba": (_HEAD.format(root="script:module", dtd="module.dtd") + module).encode("utf-8"),
        "script.xlb": _library_list(f' <library:element library:name="{_MODULE}"/>\n'),
        "dialog.xlb": _library_list(""),
    }


def toolbar(language: Language) -> bytes:
    """Return the toolbar of Calc with a button for each function of the library: it is there in every workbook."""
    items = "".join(
        f" <toolbar:toolbaritem xlink:href={quoteattr(script_of(button.name))}"
        f' toolbar:text={quoteattr(button.label(language))} toolbar:style="text"/>\n'
        for button in BUTTONS
    )
    named = f"toolbar:uiname={quoteattr(TAB_LABELS[language == 'en'])}"
    spaces = 'xmlns:toolbar="http://openoffice.org/2001/toolbar" xmlns:xlink="http://www.w3.org/1999/xlink"'
    head = _HEAD.format(root="toolbar:toolbar", dtd="toolbar.dtd")
    return f"{head}<toolbar:toolbar {spaces} {named}>\n{items}</toolbar:toolbar>\n".encode()


def script_of(button: str) -> str:
    """Return the address by which LibreOffice finds the function of a button in the user's library."""
    return f"vnd.sun.star.script:{LIBRARY}.{_MODULE}.{button}?language=Basic&location=application"


def with_library(listed: str | None, kind: str) -> str:
    """Return the user's list of libraries with ours in it.

    Args:
        listed: the list as it is, None where there is none.
        kind: ``script`` or ``dialog``.
    """
    if listed is None:
        root = f'<library:libraries {_LIBRARIES} xmlns:xlink="http://www.w3.org/1999/xlink">\n</library:libraries>\n'
        listed = _HEAD.format(root="library:libraries", dtd="libraries.dtd") + root
    line = (
        f' <library:library library:name="{LIBRARY}" xlink:href="$(USER)/basic/{LIBRARY}/{kind}.xlb/" '
        'xlink:type="simple" library:link="false"/>'
    )
    before, end, after = without_library(listed).rpartition("</library:libraries>")
    return f"{before.rstrip()}\n{line}\n{end}{after}"


def without_library(listed: str) -> str:
    """Return the user's list of libraries without ours."""
    return _LINE.sub("", listed)


def has_library(listed: str) -> bool:
    """Return whether ours is in a list of libraries."""
    return _LINE.search(listed) is not None


def _library_list(elements: str) -> bytes:
    named = f'library:name="{LIBRARY}" library:readonly="false" library:passwordprotected="false"'
    head = _HEAD.format(root="library:library", dtd="library.dtd")
    return f"{head}<library:library {_LIBRARIES} {named}>\n{elements}</library:library>\n".encode()


def _quoted(text: str) -> str:
    return text.replace('"', '""')
