"""The benchmark of the buttons measures the buttons that there are."""

from __future__ import annotations

import pytest

from addin.labels import BUTTONS
from tests.benchmarks import buttons


def test_every_button_has_its_cold_click() -> None:
    """What a click loads is named for each of the eight buttons."""
    assert set(buttons.BUTTONS) == {button.name for button in BUTTONS}


@pytest.mark.parametrize("code", buttons.BUTTONS.values(), ids=buttons.BUTTONS)
def test_what_a_click_loads_can_be_loaded(code: str) -> None:
    """The modules are those of today."""
    exec(code, {})  # noqa: S102 - our own lines of imports
