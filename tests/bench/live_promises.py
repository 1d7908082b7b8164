"""What a session promised to those who asked, and whether it came so: once, at the frame, and soon."""

from collections.abc import Iterator, Sequence

import numpy as np

from ambience.live.figures import UnderRun
from ambience.live.player import Receipt
from ambience.live.session import LiveSession
from ambience.scene import SceneChange
from ambience.units import FloatArray
from live_report import Figure

_LATEST_MS = 100.0  # until a wish for a state is acknowledged at the output


def late_answers(session: LiveSession, receipts: list[Receipt]) -> list[str]:
    """List the states that did not begin, or lead there, at the promised frame.

    A promise holds unless a later wish for another state was taken before its moment came.
    """
    rate, score = session.sample_rate_hz, session.score()
    frames = {round(marker.at_s * rate): marker.text for marker in score.markers}
    asked = [receipt for receipt in receipts if receipt.change.state]
    missed = []
    for receipt, following in zip(asked, [*asked[1:], None], strict=True):
        overtaken = following is not None and following.from_frame <= receipt.at_frame
        heard = receipt.at_frame < session.heard_frame
        same = receipt.change.state == state_before(score.sections, receipt.at_s)
        if heard and not overtaken and not same and receipt.change.state not in frames.get(receipt.at_frame, ""):
            missed.append(f"{receipt.change.state} at frame {receipt.at_frame}")
    return missed


def state_before(sections: tuple, at_s: float) -> str:
    """Name the state that plays just before a moment."""
    return next((section.state for section in reversed(sections) if section.at_s < at_s - 1e-6), "")


def met_once(log: tuple[SceneChange, ...], receipts: list[Receipt]) -> bool:
    """Tell whether the log holds exactly what was asked, in its order."""
    return list(log) == [receipt.change for receipt in receipts]


def heard_after_s(
    asked_frames: Sequence[int], changed_frames: Sequence[int | None], gaps: Sequence[UnderRun], rate: int
) -> FloatArray:
    """Return how long it took from each wish to the first frame at the output that it altered; NaN if it altered none.

    `asked_frames` holds the frame that the output took next when each was asked.
    """

    def missing_frames(start: int, stop: int) -> int:
        return sum(gap.missing_frames for gap in gaps if start <= gap.at_frame <= stop)

    return np.array(
        [
            np.nan if changed is None else (changed - asked + missing_frames(asked, changed)) / rate
            for asked, changed in zip(asked_frames, changed_frames, strict=True)
        ]
    )


def latencies(receipts: Sequence[Receipt], after_s: FloatArray, what: str) -> Iterator[Figure]:
    """Tell how soon each kind of wish was heard, `what` being the name of what was looked for."""
    kinds = np.array(_kinds(receipts))
    for kind in sorted(set(kinds.tolist())):
        found_ms = 1e3 * after_s[kinds == kind]
        heard_ms = found_ms[np.isfinite(found_ms)]
        if len(heard_ms):
            yield Figure(f"{kind}: {what}, median", float(np.median(heard_ms)), "ms")
            worst_ms = float(heard_ms.max())
            yield Figure(f"{kind}: {what}, worst", worst_ms, "ms", kind != "state" or worst_ms <= _LATEST_MS)
        yield Figure(f"{kind}: {what}, not within 1 s", len(found_ms) - len(heard_ms), f"of {len(found_ms)}")


def _kinds(receipts: Sequence[Receipt]) -> list[str]:
    """Say of each wish what it was for; of a state that is asked for again, nothing can be heard at once."""
    kinds, state = [], ""
    for change in (receipt.change for receipt in receipts):
        if change.state is None:
            kinds.append("tension" if change.tension is not None else "level")
        else:
            kinds.append("state again" if change.state == state else "state")
            state = change.state
    return kinds
