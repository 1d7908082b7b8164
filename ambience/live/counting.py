"""All figures of a session in one place."""

import time

from ambience.engine import Engine
from ambience.live.figures import Stats, resident_bytes
from ambience.live.herald import Herald
from ambience.live.mailbox import Mailbox
from ambience.live.output.standby import Output
from ambience.live.player import Player


def stats_of(engine: Engine, player: Player, mailbox: Mailbox, output: Output, herald: Herald, began_s: float) -> Stats:
    """Collect what everybody has counted."""
    outlet, watch, calm = player.outlet, player.stopwatch, player.calm
    return Stats(
        quanta=watch.count,
        heard_frames=player.heard_frame,
        under_runs=outlet.under_runs.count,
        under_run_list=outlet.under_runs.listed(player.look_ahead_s, began_s),
        nan_resets=engine.nan_resets,
        layer_failures=engine.layer_failures,
        ring_fill_frames=player.fill_frames,
        ring_fill_least_frames=outlet.least_frames,
        render_median_s=watch.quantile_s(0.5),
        render_999_s=watch.quantile_s(0.999),
        render_worst_s=watch.worst_s,
        collections=calm.collections,
        collection_worst_s=calm.longest_s,
        device=output.name,
        device_losses=output.losses,
        reconnections=output.reconnections,
        requests=player.taken,
        refused=mailbox.refused,
        callback_errors=herald.errors,
        untaped_frames=outlet.untaped_frames,
        memory_bytes=resident_bytes(),
        running_s=time.perf_counter() - began_s,
    )
