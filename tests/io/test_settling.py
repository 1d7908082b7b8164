"""A file that settles while it is written."""

import os
from pathlib import Path

import pytest

from ambience.io import settling
from ambience.io.settling import Settling


def test_the_disk_is_asked_again_and_again_and_has_the_last_word(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(settling, "_store", asked.append)
    file = Settling(7)
    for _ in range(100):
        file.wrote(2**22)
    file.end()
    assert 1 <= len(asked) <= 25
    assert set(asked) == {7}


def test_what_the_disk_refuses_is_told_at_the_end_at_the_latest(tmp_path: Path) -> None:
    number = os.open(tmp_path / "a", os.O_RDWR | os.O_CREAT)
    os.close(number)
    file = Settling(number)  # a number that belongs to no file any more
    with pytest.raises(OSError, match="descriptor"):
        file.wrote(2**25)
        file.end()
