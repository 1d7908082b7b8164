"""Files appear whole or not at all."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ambience.errors import ParameterError
from ambience.io import atomic
from ambience.io.atomic import Drafts, write_whole


def listing(folder: Path) -> list[str]:
    return sorted(os.listdir(folder))


def test_a_file_appears_only_when_the_block_is_left(tmp_path: Path) -> None:
    with Drafts() as drafts:
        draft = drafts.add(tmp_path / "a.wav")
        draft.write_bytes(b"whole")
        assert not (tmp_path / "a.wav").exists()
        assert not any(name.endswith(".wav") for name in listing(tmp_path))
    assert (tmp_path / "a.wav").read_bytes() == b"whole"
    assert listing(tmp_path) == ["a.wav"]


@pytest.mark.parametrize("fault", [ValueError, KeyboardInterrupt, SystemExit, OSError])
@pytest.mark.parametrize("force", [False, True])
def test_any_exception_leaves_the_folder_as_it_was(tmp_path: Path, fault: type[BaseException], force: bool) -> None:
    if force:
        (tmp_path / "a.wav").write_bytes(b"old")
    before = listing(tmp_path)
    with pytest.raises(fault), Drafts(force=force) as drafts:
        drafts.add(tmp_path / "a.wav").write_bytes(b"half")
        drafts.add(tmp_path / "b.mid").write_bytes(b"half")
        drafts.scratch(tmp_path).write(b"x" * 1000)
        raise fault("stop")
    assert listing(tmp_path) == before
    assert not force or (tmp_path / "a.wav").read_bytes() == b"old"


def test_an_existing_file_is_refused_before_the_work_and_named(tmp_path: Path) -> None:
    target = tmp_path / "a.wav"
    target.write_bytes(b"old")
    with pytest.raises(ParameterError, match=r"a\.wav.*--force"), Drafts() as drafts:
        drafts.add(target)
    assert target.read_bytes() == b"old"


def test_a_file_made_meanwhile_is_not_replaced_and_its_companions_do_not_appear(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="exists already"), Drafts() as drafts:
        drafts.add(tmp_path / "a.wav").write_bytes(b"ours")
        drafts.add(tmp_path / "b.mid").write_bytes(b"ours")
        (tmp_path / "b.mid").write_bytes(b"theirs")
    assert listing(tmp_path) == ["b.mid"]
    assert (tmp_path / "b.mid").read_bytes() == b"theirs"


def test_force_replaces(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"old")
    write_whole(tmp_path / "a", lambda opened: opened.write(b"new"), force=True)
    assert (tmp_path / "a").read_bytes() == b"new"


@pytest.mark.parametrize("force", [False, True])
def test_folders_and_devices_are_refused(tmp_path: Path, force: bool) -> None:
    os.mkfifo(tmp_path / "pipe")
    for target in (tmp_path, tmp_path / "pipe", Path("/dev/null")):
        with pytest.raises(ParameterError, match=str(target)):
            atomic.refuse_existing(target, force)


def test_leftovers_of_killed_runs_go_and_those_of_living_runs_stay(tmp_path: Path) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    with pytest.raises(RuntimeError, match="enough"), Drafts() as drafts:
        living = drafts.add(tmp_path / "a.wav")
        stale = living.with_name(living.name.replace(f"-{os.getpid()}-", f"-{dead.pid}-"))
        other = living.with_name(".ambience-of-something-else.part")
        stale.touch()
        other.touch()
        drafts.add(tmp_path / "a.wav")
        assert (stale.exists(), living.exists(), other.exists()) == (False, True, True)
        raise RuntimeError("enough")


def test_a_file_system_without_links_still_never_replaces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    write_whole(tmp_path / "a", lambda opened: opened.write(b"one"))
    with pytest.raises(ParameterError), Drafts() as drafts:
        drafts.add(tmp_path / "b").write_bytes(b"ours")
        (tmp_path / "b").write_bytes(b"theirs")
    assert (tmp_path / "a").read_bytes() == b"one"
    assert (tmp_path / "b").read_bytes() == b"theirs"
    assert listing(tmp_path) == ["a", "b"]


def test_a_name_of_255_bytes_and_odd_letters_work(tmp_path: Path) -> None:
    for name in ("n" * 251 + ".wav", "日本 🎵.wav", "-x", "*$'\"", "a\udcff.wav"):
        write_whole(tmp_path / name, lambda opened: opened.write(b"x"))
        assert name in os.listdir(tmp_path)


def test_a_killed_process_leaves_nothing_under_the_final_name_and_the_next_run_cleans(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from ambience.io.atomic import Drafts\n"
        "with Drafts() as d:\n d.add(Path(sys.argv[1])).write_bytes(b'half'); d.scratch(Path(sys.argv[1]).parent)\n"
        " print('ready', flush=True); time.sleep(30)"
    )
    target = tmp_path / "a.wav"
    process = subprocess.Popen([sys.executable, "-c", code, str(target)], stdout=subprocess.PIPE)
    assert process.stdout is not None and process.stdout.readline() == b"ready\n"
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    assert not target.exists()
    assert len(listing(tmp_path)) == 1
    write_whole(target, lambda opened: opened.write(b"whole"))
    assert listing(tmp_path) == ["a.wav"]
