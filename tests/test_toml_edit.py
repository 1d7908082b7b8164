"""Settings are put into a TOML text without touching anything else."""

import tomllib

import pytest

from ambience.errors import ParameterError
from ambience.preset.toml_edit import with_settings


@pytest.mark.parametrize(
    "text",
    [
        "a = 1\n",
        "a = 1",
        "a = 1\n\n[theme]  # mine\nbars = 8 # eight\n\n[other]\nb = 2\n",
        "a = 1\r\n[theme]\r\nbars = 8\r\n[other]\r\nb = 2\r\n",
        'theme.bars = 8 # eight\ntheme.motif = "C4:1"\n[other]\nb = 2\n',
        '[other]\nb = 2\n[theme]\nmotif = """\nC4:1\nD4:1\n"""\nbars = 8',
    ],
)
def test_only_the_settings_change(text: str) -> None:
    wanted = {"melody": "C4:1\nD4:1\n", "head": 2, "motif": None}
    changed = with_settings(text, "theme", wanted)
    before, after = tomllib.loads(text), tomllib.loads(changed)
    kept = {key: value for key, value in before.pop("theme", {}).items() if key != "motif"}
    assert after.pop("theme") == {**kept, "melody": "C4:1\nD4:1\n", "head": 2}
    assert after == before
    assert all(comment in changed for comment in ("# mine", "# eight") if comment in text)
    assert ("\r\n" in changed) == ("\r\n" in text)


def test_what_was_there_stays_as_a_comment() -> None:
    changed = with_settings('[theme]\nmotif = "C4:1" # from a dream\n', "theme", {"motif": None, "melody": "D4:1"})
    assert '# motif = "C4:1" # from a dream' in changed
    assert tomllib.loads(changed) == {"theme": {"melody": "D4:1"}}


def test_setting_twice_is_setting_the_last() -> None:
    once = with_settings("a = 1\n", "theme", {"melody": "C4:1\nD4:1\n"})
    assert tomllib.loads(with_settings(once, "theme", {"melody": "E4:1\nF4:1\n"}))["theme"] == {
        "melody": "E4:1\nF4:1\n"
    }


def test_a_table_on_one_line_is_refused_rather_than_broken() -> None:
    with pytest.raises(ParameterError, match=r"\[theme\]"):
        with_settings("theme = { bars = 8 }\n", "theme", {"head": 2})
