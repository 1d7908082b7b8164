"""The kinds of sound file: their names, how their samples are stored, and what goes together."""

from pathlib import Path
from typing import Literal, get_args

from ambience.errors import ParameterError, explain, require
from ambience.units import SAMPLE_RATES_HZ

Container = Literal["wav", "flac", "ogg"]
BitDepth = Literal["16", "24", "32f"]

CONTAINERS: tuple[Container, ...] = get_args(Container)
BIT_DEPTHS: tuple[BitDepth, ...] = get_args(BitDepth)
FRAME_BYTES: dict[BitDepth, int] = {"16": 4, "24": 6, "32f": 8}


def check_format(container: str, bit_depth: str, sample_rate_hz: int) -> None:
    """Raise `ParameterError` unless the three go together."""
    require(container in CONTAINERS, "render", "format", container, f"must be one of {', '.join(CONTAINERS)}")
    require(bit_depth in BIT_DEPTHS, "render", "bit_depth", bit_depth, f"must be one of {', '.join(BIT_DEPTHS)}")
    low, high = SAMPLE_RATES_HZ
    require(
        low <= sample_rate_hz <= high, "render", "sample_rate_hz", sample_rate_hz, f"must be between {low} and {high}"
    )
    fits = container != "flac" or bit_depth != "32f"
    require(fits, "render", "bit_depth", bit_depth, "must be 16 or 24 in a FLAC", "Use --format wav for 32f.")


def container_of(path: Path) -> Container:
    """Tell the kind of file from a name's suffix."""
    for container in CONTAINERS:
        if path.suffix.lower() == f".{container}":
            return container
    rule = f"must end in {', '.join('.' + known for known in CONTAINERS)}"
    raise ParameterError(explain("render", "path", str(path), rule))
