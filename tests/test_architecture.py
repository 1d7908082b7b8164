"""What may import what: ranks, doors, and an import that costs nothing."""

import ast
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import ambience

PACKAGE = Path(ambience.__file__).parent
FILES = sorted(path for path in PACKAGE.rglob("*.py") if "__pycache__" not in path.parts)

RANKS = {
    **dict.fromkeys(("__version__", "errors", "units", "rng"), 0),
    **dict.fromkeys(("lifts", "packed", "plugins", "scene"), 1),
    **dict.fromkeys(("preset", "timeline"), 2),
    **dict.fromkeys(("music", "sound"), 3),
    **dict.fromkeys(("engine", "io"), 4),
    **dict.fromkeys(("rehearsal", "rendering"), 5),
    **dict.fromkeys(("mastering", "piece"), 6),
    "bounce": 7,
    "live": 8,
    "cli": 9,
    "__main__": 10,
}
FAMILIES = ("engine",)  # engine_desk belongs to what it is named after
ANYWHERE = {"numpy"}
FAMILY_DOORS = {"pydantic": {"preset", "live"}, "click": {"cli"}}
DOORS = {
    "numba": "sound/dsp/_compiler.py",
    "llvmlite": "sound/dsp/_machine.py",
    "mido": "io/midi.py",
    "soundfile": "io/wav.py",
    "music21": "io/musicxml.py",
    "rich": "cli/progress.py",
}


def place(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def group(module: str) -> str:
    """Name the part of the package that a dotted module belongs to."""
    first = module.removeprefix("ambience.").split(".")[0]
    return next((family for family in FAMILIES if first.startswith(f"{family}_")), first)


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    """Take a file apart."""
    return tuple(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


def imports(path: Path) -> Iterator[str]:
    """Yield every module that a file imports, anywhere in it; `from ambience import x` is `ambience.x`."""
    for node in nodes(path):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{place(path)} imports relatively"
            if node.module == "ambience":
                yield from (f"ambience.{alias.name}" for alias in node.names)
            else:
                yield node.module or ""


def dotted(node: ast.AST) -> str:
    """Return `a.b` of the node of such a name, and nothing of any other."""
    is_pair = isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    return f"{node.value.id}.{node.attr}" if is_pair else ""  # type: ignore[attr-defined]


def module_of(path: Path) -> str:
    return ".".join(("ambience", *path.relative_to(PACKAGE).with_suffix("").parts))


@pytest.mark.parametrize("path", [path for path in FILES if place(path) != "__init__.py"], ids=place)
def test_a_module_imports_only_from_lower_ranks_or_its_own_group(path: Path) -> None:
    own = group(module_of(path))
    assert own in RANKS, f"{own} has no rank"
    for module in imports(path):
        if module.startswith("ambience."):
            other = group(module)
            assert other == own or RANKS[other] < RANKS[own], f"{place(path)} imports {module}"


@pytest.mark.parametrize("package", ["music", "live", "sound"])
def test_folders_of_a_package_import_each_other_in_one_direction_only(package: str) -> None:
    arrows: set[tuple[str, str]] = set()
    for path in (PACKAGE / package).glob("*/*.py"):
        for module in imports(path):
            words = module.split(".")
            if words[:2] == ["ambience", package] and len(words) > 3 and words[2] != path.parent.name:
                arrows.add((path.parent.name, words[2]))
    assert not {tuple(sorted(arrow)) for arrow in arrows if arrow[::-1] in arrows}


@pytest.mark.parametrize("folder", ["music/parts", "sound/instruments", "sound/effects"])
def test_plugins_import_no_other_plugin_of_their_kind(folder: str) -> None:
    package = f"ambience.{folder.replace('/', '.')}"
    for path in (PACKAGE / folder).glob("*.py"):
        assert not [module for module in imports(path) if module.startswith(package)], place(path)


def test_every_third_party_library_has_one_door() -> None:
    users: defaultdict[str, set[str]] = defaultdict(set)
    for path in FILES:
        for module in imports(path):
            library = module.split(".")[0].removesuffix("_core")
            if library not in sys.stdlib_module_names and library not in {"ambience", "__future__", *ANYWHERE}:
                users[library].add(place(path))
    for library, families in FAMILY_DOORS.items():
        found = users.pop(library, set())
        assert {group(name.removesuffix(".py").replace("/", ".")) for name in found} <= families, library
    for library, found in users.items():
        assert len(found) == 1, f"{library} is imported by {sorted(found)}"
        assert library not in DOORS or found == {DOORS[library]}


def test_chance_comes_only_from_named_streams() -> None:
    for path in FILES:
        assert "random" not in set(imports(path)), place(path)
        for node in nodes(path):
            if isinstance(node, ast.Attribute) and dotted(node.value) in ("np.random", "numpy.random"):
                assert node.attr == "Generator", f"{place(path)} uses np.random.{node.attr}"
            if isinstance(node, ast.ImportFrom) and node.module == "numpy.random" and place(path) != "rng.py":
                assert {alias.name for alias in node.names} == {"Generator"}, place(path)


def loaded_by(statement: str) -> set[str]:
    code = f"import sys; {statement}; print(*{{name.split('.')[0] for name in sys.modules}})"
    return set(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split())


def test_importing_the_package_loads_nothing_from_elsewhere_and_takes_no_time() -> None:
    added = loaded_by("import ambience") - loaded_by("pass")
    assert {name for name in added if name not in sys.stdlib_module_names} == {"ambience"}
    code = "import time; t = time.process_time(); import ambience; print(time.process_time() - t)"
    times_s = [float(subprocess.check_output([sys.executable, "-c", code])) for _ in range(3)]
    assert min(times_s) < 0.05


HELP = "import ambience.cli.commands"
LIST = "from ambience.cli.catalog import catalog_text; catalog_text()"


@pytest.mark.parametrize("statement", [HELP, LIST])
def test_to_say_what_there_is_loads_no_library_of_sound_or_notes_or_rules(statement: str) -> None:
    heavy = {"numpy", "numba", "music21", "soundfile", "mido", "pydantic", "scipy", "rich"}
    assert not loaded_by(statement) & heavy


def test_public_names_are_few_and_all_there() -> None:
    assert len(ambience.__all__) <= 12
    for name in ambience.__all__:
        assert getattr(ambience, name).__module__.startswith("ambience.")
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = ambience.no_such_name
