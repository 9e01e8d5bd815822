"""What may be set about reading reaches the readers, and what is secret of it stays secret."""

from __future__ import annotations

from pathlib import Path

import pytest

from nightclerk.errors import SettingsError
from nightclerk.settings import Settings, load, shown


def test_passwords_are_never_shown(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A list of passwords is masked one by one wherever settings are printed."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NIGHTCLERK_PDF_PASSWORDS", '["tulip-7", "crocus-8"]')
    settings = load()
    assert [secret.get_secret_value() for secret in settings.pdf_passwords] == ["tulip-7", "crocus-8"]
    [row] = [row for row in shown(settings) if row[0] == "NIGHTCLERK_PDF_PASSWORDS"]
    assert row == ("NIGHTCLERK_PDF_PASSWORDS", "[**********, **********]", "environment")
    assert "tulip" not in str(shown(settings)) + repr(settings) + str(settings.model_dump())


@pytest.mark.parametrize("value", ["tulip-7", '["tulip-7", {}]', '{"tulip-7": 1}'])
def test_a_wrong_list_of_passwords_is_refused_without_naming_them(value: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The error names the setting and not what was written there."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NIGHTCLERK_PDF_PASSWORDS", value)
    with pytest.raises(SettingsError, match=r"(?i)pdf_passwords") as refused:
        load()
    assert "tulip" not in str(refused.value)


def test_ocr_is_auto_or_off() -> None:
    """Reading pictures is on by default, where there is an engine, and can be turned off."""
    assert Settings().ocr == "auto"
    assert Settings(ocr="off").ocr == "off"
