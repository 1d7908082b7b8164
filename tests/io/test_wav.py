"""Sound files: the same audio gives the same bytes, nothing is lost, large files stay readable."""

import errno
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile

from ambience.errors import ParameterError
from ambience.io import wav
from ambience.io.formats import BitDepth, Container, container_of
from ambience.io.wav import AudioFile
from ambience.io.wav_chunks import Tags
from ambience.units import Audio

FORMATS: list[tuple[Container, BitDepth, float]] = [
    ("wav", "16", 2**-15),
    ("wav", "24", 2**-23),
    ("wav", "32f", 0.0),
    ("flac", "16", 2**-15),
    ("flac", "24", 2**-23),
]


def noise(n_frames: int = 30_000) -> Audio:
    return np.random.default_rng(5).uniform(-0.9, 0.9, (n_frames, 2)).astype(np.float32)


def write(path: Path, audio: Audio, container: Container, bit_depth: BitDepth, block: int = 10_000) -> None:
    tags = Tags("Abyss", comment='{"seed":7}')
    opened = AudioFile(path, 48_000, length_frames=len(audio), container=container, bit_depth=bit_depth, tags=tags)
    with opened:
        for start in range(0, len(audio), block):
            opened.write(audio[start : start + block])


@pytest.mark.parametrize(("container", "bit_depth", "tolerance"), FORMATS)
def test_what_is_read_back_is_what_was_written(
    tmp_path: Path, container: Container, bit_depth: BitDepth, tolerance: float
) -> None:
    write(tmp_path / "a.part", noise(), container, bit_depth)
    audio, rate = soundfile.read(tmp_path / "a.part", dtype="float32", always_2d=True)
    assert rate == 48_000
    assert audio.shape == (30_000, 2)
    assert np.abs(audio - noise()).max() <= tolerance
    with soundfile.SoundFile(tmp_path / "a.part") as opened:
        assert (opened.title, opened.artist, opened.comment) == ("Abyss", "ambience", '{"seed":7}')


@pytest.mark.parametrize(("container", "bit_depth", "tolerance"), FORMATS)
def test_two_renders_are_the_same_bytes_at_another_second_and_block_size(
    tmp_path: Path, container: Container, bit_depth: BitDepth, tolerance: float
) -> None:
    write(tmp_path / "a", noise(), container, bit_depth)
    if bit_depth == "32f":
        time.sleep(1.05)  # the PEAK chunk counts seconds
    block = 10_000 if container == "flac" else 777
    write(tmp_path / "b", noise(), container, bit_depth, block)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_an_ogg_holds_as_many_frames_as_were_written(tmp_path: Path) -> None:
    write(tmp_path / "a", noise(), "ogg", "24")
    info = soundfile.info(str(tmp_path / "a"))
    assert (info.frames, info.format) == (30_000, "OGG")


def test_what_is_louder_than_full_scale_is_clipped_and_not_wrapped(tmp_path: Path) -> None:
    write(tmp_path / "a", np.full((100, 2), 1.5, np.float32), "wav", "16")
    audio, _ = soundfile.read(tmp_path / "a")
    assert audio.min() > 0.99


def test_24_bits_are_those_that_the_library_makes_of_floats(tmp_path: Path) -> None:
    quiet = noise() * np.float32(2.0) ** np.random.default_rng(6).integers(-40, 2, (30_000, 1))
    halves = ((np.arange(-1000, 1000) + 0.5) * 2.0**-23).reshape(-1, 2)
    edges = np.array([[1.0, -1.0], [1.0 - 2.0**-24, 2.0**-24 - 1.0], [1.5, -1.5], [0.0, -0.0]])
    audio = np.concatenate([quiet, halves, edges]).astype(np.float32)
    write(tmp_path / "a", audio, "wav", "24")
    soundfile.write(tmp_path / "b.wav", audio, 48_000, subtype="PCM_24")
    ours, theirs = (soundfile.read(tmp_path / name, dtype="int32")[0] for name in ("a", "b.wav"))
    np.testing.assert_array_equal(ours, theirs)


def test_a_wav_beyond_four_gibibytes_is_an_rf64(tmp_path: Path) -> None:
    tags = Tags("long")
    for length_frames, kind in ((48_000, "WAV"), (2**32 // 6 + 1, "RF64")):
        path = tmp_path / kind
        with AudioFile(path, 48_000, length_frames=length_frames, container="wav", bit_depth="24", tags=tags) as opened:
            opened.write(noise(100))
        assert soundfile.info(str(path)).format == kind


def test_a_full_disk_is_an_os_error_with_the_path() -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full on this system")
    with pytest.raises(OSError) as caught:
        write(Path("/dev/full"), noise(), "wav", "24")
    assert caught.value.errno in (errno.ENOSPC, errno.EIO)
    assert caught.value.filename == "/dev/full"


def test_a_file_that_lost_frames_is_not_called_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wav, "_frames", lambda path: 99)
    with pytest.raises(OSError):
        write(tmp_path / "a", noise(), "wav", "24")


def test_formats_that_do_not_exist_are_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="32f"):
        write(tmp_path / "a", noise(), "flac", "32f")
    with pytest.raises(ParameterError, match="mp3"):
        container_of(Path("a.mp3"))
    assert container_of(Path("A.b.FLAC")) == "flac"
