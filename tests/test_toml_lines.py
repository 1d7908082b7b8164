"""The line map agrees with the TOML parser about what there is, and with the eye about where."""

import tomllib
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ambience.preset.toml_lines import Path, line_map, line_of

EXAMPLE = '''\
# a comment with [brackets] and = signs
title = "a \\"quoted\\" # title"   # 2
tension = [ # 3
  [0, 0.1], # 4, with a ] in the comment
  [60.5,
   0.9], # 6
]
inline = { one = 1, "two words" = { deep = [1, 2] }, 'x.y' = 3 }

[layers.floor] # 10
gain_db = -3
part.name = "drone_bed" # 12
note = """
[not.a.table]
key = "no key"
""" # 16

[layers."high wind".instrument]
name = 'air' # 19

[[script]] # 21
at_s = 0
[[script]]
at_s = 10 # 24
when = 1979-05-27 07:32:00
[script.more]
deep = true # 27
[[script.list]]
x = 1
[[script.list]]
x = 2 # 31
'''


def paths_of(value: Any, path: Path = ()) -> set[Path]:
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return {path}.union(*(paths_of(child, (*path, key)) for key, child in children)) - {()}


def test_every_path_of_the_parsed_file_and_no_other_has_a_line() -> None:
    assert set(line_map(EXAMPLE)) == paths_of(tomllib.loads(EXAMPLE))


def test_the_lines_are_those_an_editor_shows() -> None:
    lines = line_map(EXAMPLE)
    expected: dict[Path, int] = {
        ("title",): 2,
        ("tension",): 3,
        ("tension", 0): 4,
        ("tension", 1): 5,
        ("tension", 1, 1): 6,
        ("inline", "two words", "deep", 1): 8,
        ("inline", "x.y"): 8,
        ("layers",): 10,
        ("layers", "floor", "part", "name"): 12,
        ("layers", "high wind"): 18,
        ("layers", "high wind", "instrument", "name"): 19,
        ("script",): 21,
        ("script", 1, "at_s"): 24,
        ("script", 1, "more", "deep"): 27,
        ("script", 1, "list", 1, "x"): 31,
    }
    assert {path: lines[path] for path in expected} == expected


def test_windows_line_ends_count_once() -> None:
    assert line_map("a = 1\r\n\r\n[b] # c\r\nd = [\r\n1]\r\n")[("b", "d", 0)] == 5


def test_what_the_file_lacks_stands_where_its_table_stands() -> None:
    lines = line_map(EXAMPLE)
    assert line_of(lines, ("layers", "floor", "part", "missing")) == 12
    assert line_of(lines, ("missing",)) == 1


def test_escaped_and_empty_keys_are_spelled_as_the_parser_spells_them() -> None:
    text = '"tab\\tulated" = 1\n"" = 2\n[\'it "is"\'."\\u00e9"]\nx = 1\n'
    assert set(line_map(text)) == paths_of(tomllib.loads(text))


values = st.recursive(
    st.sampled_from(["1", "-2.5e3", "true", '"a, ] } # \\" b"', "'c:\\'", '"""\n[x] "" = """', "'''\n'' \n'''", "nan"]),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: "[ # c ]\n" + ",\n".join(items) + "\n]"),
        st.lists(inner, max_size=3).map(
            lambda items: "{" + ", ".join(f"k{i}.'y z' = {v}" for i, v in enumerate(items)) + "}"
        ),
    ),
    max_leaves=6,
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["[t{0}]", "[[t]]", "[t{0}.u]", ""]), values), max_size=5))
def test_any_valid_file_is_mapped_whole(blocks: list[tuple[str, str]]) -> None:
    text = "".join(f"{head.format(i)}\nk{i} = {value} # end\n" for i, (head, value) in enumerate(blocks))
    assert set(line_map(text)) == paths_of(tomllib.loads(text))


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="[]{}=.,\"'#\\\n ab1", max_size=40))
def test_text_that_is_no_toml_ends_the_scan_quietly(text: str) -> None:
    assert all(line >= 1 for line in line_map(text).values())
