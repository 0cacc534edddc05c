"""The ribbon tab as XML: one tab in Chinese and one in English, of which VBA shows that of the menus."""

from __future__ import annotations

from xml.sax.saxutils import quoteattr

from addin.labels import BUTTONS, GROUPS, TAB_LABELS, Button, Language

NAMESPACE = "http://schemas.microsoft.com/office/2009/07/customui"
LANGUAGES: tuple[Language, Language] = ("zh", "en")


def ribbon_xml() -> str:
    """Return ``customUI14.xml``; the tag of a button is its name in Python, its image has that name too."""
    tabs = "".join(_tab(language) for language in LANGUAGES)
    root = _element("customUI", {"xmlns": NAMESPACE}, f"<ribbon><tabs>{tabs}</tabs></ribbon>")
    return f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n{root}'


def _tab(language: Language) -> str:
    buttons = {button.name: button for button in BUTTONS}
    groups = "".join(
        _element(
            "group",
            {"id": f"houqin_{language}_group{number}", "label": titles[language == "en"]},
            "".join(_button(buttons[name], language) for name in names),
        )
        for number, (titles, names) in enumerate(GROUPS, start=1)
    )
    named = {"id": f"houqin_{language}", "label": TAB_LABELS[language == "en"]}
    return _element("tab", {**named, "getVisible": "Houqin.ShowTab"}, groups)


def _button(button: Button, language: Language) -> str:
    attributes = {
        "id": f"houqin_{language}_{button.name}",
        "tag": button.name,
        "label": button.label(language),
        "screentip": button.label(language),
        "supertip": button.tip(language),
        "image": button.name,
        "size": "large",
        "onAction": "Houqin.PressRibbon",
    }
    return _element("button", attributes)


def _element(name: str, attributes: dict[str, str], inside: str = "") -> str:
    written = "".join(f" {key}={quoteattr(value)}" for key, value in attributes.items())
    return f"<{name}{written}>{inside}</{name}>" if inside else f"<{name}{written}/>"
