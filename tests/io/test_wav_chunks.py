"""What a sound file says besides its sound, read by programs of others."""

import shutil
import struct
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
import soundfile

from ambience.errors import ParameterError
from ambience.io.formats import BitDepth, Container
from ambience.io.wav import AudioFile
from ambience.io.wav_chunks import Cue, Tags, recording_date
from ambience.units import Audio

CUES = (Cue(0, "A: drift"), Cue(1_234, "bridge: drift > battle"), Cue(4_999, "B: battle"))
DATE = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
TAGS = Tags("Abyss", comment='{"seed":7}', cues=CUES, date=DATE)
LARGE = 2**32 // 4 + 1  # frames that no RIFF holds, at any depth


def noise(n_frames: int = 5_001) -> Audio:
    return np.random.default_rng(5).uniform(-0.9, 0.9, (n_frames, 2)).astype(np.float32)


def write(
    path: Path, container: Container, bit_depth: BitDepth, tags: Tags = TAGS, length_frames: int | None = 5_001
) -> Path:
    opened = AudioFile(path, 48_000, length_frames=length_frames, container=container, bit_depth=bit_depth, tags=tags)
    with opened:
        opened.write((noise() * 32_767).astype(np.int16) if opened.dithered else noise())
    return path


def chunks(path: Path) -> dict[bytes, bytes]:
    """Walk through a file as a stranger does: name, length, content, and so on to the very end."""
    content, at, found = path.read_bytes(), 12, {}
    while at < len(content):
        name, length = struct.unpack_from("<4sI", content, at)
        if length == 0xFFFFFFFF:
            length = len(noise()) * 6
        found[name] = content[at + 8 : at + 8 + length]
        at += 8 + length + length % 2
    assert at == len(content)
    return found


@pytest.mark.parametrize("bit_depth", ["16", "24", "32f"])
@pytest.mark.parametrize("length_frames", [5_001, None, LARGE])
def test_a_stranger_finds_every_chunk_and_the_end_of_the_file(
    tmp_path: Path, bit_depth: BitDepth, length_frames: int | None
) -> None:
    path = write(tmp_path / "a.wav", "wav", bit_depth, length_frames=length_frames)
    large = length_frames == LARGE
    if not large:
        assert {b"fmt ", b"data", b"bext", b"cue ", b"LIST"} <= chunks(path).keys()
    head = path.read_bytes()[:28]
    kind, length = struct.unpack_from("<4sI", head)
    assert kind == (b"RF64" if large else b"RIFF")
    true_length = struct.unpack_from("<Q", head, 20)[0] if large else length
    assert true_length == path.stat().st_size - 8
    audio, _ = soundfile.read(path, dtype="float32")
    assert np.abs(audio - noise()).max() < 2**-14


@pytest.mark.parametrize("length_frames", [5_001, LARGE])
def test_cues_tags_and_broadcast_extension_are_read_back(tmp_path: Path, length_frames: int) -> None:
    wavinfo = pytest.importorskip("wavinfo")
    read = wavinfo.WavInfoReader(str(write(tmp_path / "a.wav", "wav", "24", length_frames=length_frames)))
    assert [cue.position for cue in read.cues.cues] == [cue.at_frames for cue in CUES]
    assert [label.text for label in read.cues.labels] == [cue.text for cue in CUES]
    assert (read.info.title, read.info.artist, read.info.comment) == ("Abyss", "ambience", '{"seed":7}')
    assert read.info.created_date == "2026-03-04"
    sent = read.bext
    assert (sent.description, sent.originator, sent.time_reference) == ('Abyss {"seed":7}', "ambience", 0)
    assert (sent.originator_date, sent.originator_time) == ("2026-03-04", "05:06:07")
    assert sent.coding_history == "A=PCM,F=48000,W=24,M=stereo,T=ambience\r\n"


def test_a_player_shows_the_cues_as_chapters(tmp_path: Path) -> None:
    if not shutil.which("ffprobe"):
        pytest.skip("ffprobe is not installed")
    command = [
        "ffprobe",
        "-v",
        "warning",
        "-show_chapters",
        "-show_format",
        str(write(tmp_path / "a.wav", "wav", "24")),
    ]
    told = subprocess.run(command, capture_output=True, text=True, check=True)
    assert told.stderr == ""
    assert [line.split("=")[1] for line in told.stdout.splitlines() if line.startswith("TAG:title=")][:3] == [
        cue.text for cue in CUES
    ]


@pytest.mark.parametrize(("container", "bit_depth"), [("wav", "32f"), ("ogg", "24"), ("flac", "24")])
def test_files_with_tags_are_the_same_bytes_every_time(
    tmp_path: Path, container: Container, bit_depth: BitDepth
) -> None:
    first, second = (write(tmp_path / name, container, bit_depth).read_bytes() for name in ("a", "b"))
    assert first == second
    undated = Tags("Abyss", cues=CUES)
    third = write(tmp_path / "c", container, bit_depth, undated)
    assert b"2026" not in third.read_bytes()


def test_an_ogg_with_a_fixed_number_is_still_whole(tmp_path: Path) -> None:
    path = write(tmp_path / "a.ogg", "ogg", "24")
    with soundfile.SoundFile(path) as opened:
        assert (opened.title, opened.artist, opened.date) == ("Abyss", "ambience", "2026-03-04")
        assert len(opened.read()) == 5_001
    content = bytearray(path.read_bytes())
    content[-40] ^= 1  # a page whose check fails is skipped, so the check was right
    path.write_bytes(content)
    with pytest.raises((soundfile.SoundFileError, AssertionError)):
        assert len(soundfile.read(path)[0]) == 5_001


def test_only_the_environment_dates_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    assert recording_date() is None
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1772600767")
    assert recording_date() == DATE
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "today")
    with pytest.raises(ParameterError, match="SOURCE_DATE_EPOCH = 'today'"):
        recording_date()
