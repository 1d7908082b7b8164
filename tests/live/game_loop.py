"""A game that steers its music: what stands in a game's own loop, run here without a screen or a sound card.

python tests/live/game_loop.py [--preset single-piece] [--device none] [--duration 20]
"""

import argparse
import math
import time
from dataclasses import dataclass

import ambience
from ambience.live.session import LiveSession
from ambience.live.wishes import Wish

FRAME_S = 1 / 30


@dataclass
class World:
    """All that this game has: something that comes nearer and goes away again, and air that runs out."""

    danger: float = 0.0
    air: float = 1.0

    def move(self, time_s: float) -> None:
        """Let time pass."""
        self.danger = 0.5 - 0.5 * math.cos(0.5 * time_s)
        self.air = max(0.0, 1.0 - time_s / 60.0)


def play(session: LiveSession, duration_s: float) -> int:
    """Run the game, and return how often its scene changed."""
    world, fighting, changes, told = World(), False, 0, -1.0
    calm, wild = calmest_and_wildest(session)
    began_s = time.perf_counter()
    while (time_s := time.perf_counter() - began_s) < duration_s:
        world.move(time_s)
        if (world.danger > 0.7) != fighting and abs(world.danger - 0.7) > 0.1:
            fighting, changes = not fighting, changes + 1
            session.ask(Wish(wild if fighting else calm, when="beat", fade_s=1.5))  # the game does not wait
        if time_s - told > 0.25:  # a few times a second is enough for anything that fades
            told = time_s
            session.ask(Wish(tension=0.2 + 0.8 * world.danger, level=world.air, fade_s=0.5))
        time.sleep(FRAME_S)
    return changes


def calmest_and_wildest(session: LiveSession) -> tuple[str, str]:
    """Pick two states of any preset by the tension that they ask for."""
    states = sorted(session.preset.scenes.states, key=lambda state: state.controls.tension)
    return states[0].name, states[-1].name


def main() -> None:
    """Open the music, run the game, say how it went."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--preset", default="single-piece")
    parser.add_argument("--device", default="none")
    parser.add_argument("--duration", type=float, default=20.0)
    wishes = parser.parse_args()
    with ambience.live(ambience.load(wishes.preset), wishes.device) as session:
        session.on_state(lambda event: print(f"{event.at_s:7.2f} s  {event.text}"))
        changes = play(session, wishes.duration)
        stats = session.stats()
    print(f"{changes} changes of scene, {stats.requests} requests, {stats.under_runs} under-runs")


if __name__ == "__main__":
    main()
