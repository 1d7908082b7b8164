"""A layer that is tacet rests for a whole phrase, in turn, and is back in time for what comes next."""

from written_bars import held, notes_of, write

from ambience.music.work import Work, WrittenBar
from ambience.preset import file as preset_file
from ambience.scene import SceneChange


def _sounding(work: Work, bars: list[WrittenBar]) -> set[str]:
    return {layer.name for w in bars for layer, notes in zip(work.layers, w.notes, strict=True) if notes}


def test_who_is_tacet_rests_in_those_phrases_and_plays_in_others() -> None:
    work, bars = held("single-piece", "battle", 1, 60.0)
    state = bars[0].bar.state
    phrases = [
        [w for w in bars if w.bar.state_bars // state.phrase_bars == turn and not w.bar.ending] for turn in range(4)
    ]
    assert any(state.tacet)
    for turn, phrase in enumerate(phrases):
        resting = state.tacet[turn % len(state.tacet)]
        assert not _sounding(work, phrase) & set(resting)
        elsewhere = [w for other in phrases if other is not phrase for w in other]
        assert set(resting) <= _sounding(work, elsewhere)


def test_who_is_tacet_comes_in_with_the_next_state() -> None:
    piece = preset_file.read("single-piece").override(state="battle", duration_s=60.0)
    work, bars = write(piece, SceneChange(1.0, "oxygen"))
    bridge = [w for w in bars if w.bar.bridge is not None]
    (state,) = {w.bar.state for w in bridge}
    assert all("strings" in state.resting(w.bar.state_bars) for w in bridge)
    assert not notes_of(work, bridge[0], "Chorale") and notes_of(work, bridge[-1], "Chorale")
