"""While a session plays, the program around it keeps calm: no collection, short turns, priority where it is given."""

import gc
import os
import sys
import threading
import time
import weakref
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from small_piece import small

from ambience.live.session import LiveSession
from ambience.live.threads import ask_for_priority


def opened(**settings: Any) -> LiveSession:
    return LiveSession(small(duration_s=30.0), None, **settings)


def test_the_collector_rests_while_a_session_plays() -> None:
    with opened(paced=False) as session:
        assert not gc.isenabled()
        patience_s = time.monotonic() + 10.0
        while session.stats().collections == 0 and time.monotonic() < patience_s:
            time.sleep(0.05)
        assert session.stats().collections > 0
    assert gc.isenabled()
    assert gc.get_freeze_count() == 0


def test_a_closed_session_is_let_go_of_without_the_collector(tmp_path: Path) -> None:
    gc.disable()
    try:
        with opened(record=tmp_path / "log.toml", capture=tmp_path / "heard.wav") as session:
            session.on_bar(print)
            held = [weakref.ref(part) for part in (session, session._engine, session._player, session._herald)]
        del session
        assert [part() for part in held] == [None] * len(held)
    finally:
        gc.enable()


def test_a_thread_with_much_to_do_gives_way_while_a_session_plays() -> None:
    usual_s = sys.getswitchinterval()
    with opened(paced=False), opened(paced=False):
        assert sys.getswitchinterval() < 0.1 * usual_s
    assert sys.getswitchinterval() == usual_s


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a thread has no priority of its own")
def test_every_thread_of_a_session_goes_before_other_programs_if_it_may() -> None:
    with ThreadPoolExecutor(1) as allowed:
        allowed.submit(ask_for_priority).result()
        wanted = allowed.submit(lambda: os.getpriority(os.PRIO_PROCESS, threading.get_native_id())).result()
    with opened() as session:
        session.wait(0.3)
        mine = [thread for thread in threading.enumerate() if thread.name.startswith("ambience ")]
        niceness = {thread.name: os.getpriority(os.PRIO_PROCESS, thread.native_id or 0) for thread in mine}
    assert len(niceness) >= 4
    assert set(niceness.values()) == {wanted}
