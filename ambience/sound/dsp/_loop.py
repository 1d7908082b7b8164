"""A loop in the language of the compiler, for instructions that are written out."""

from collections.abc import Callable, Sequence
from typing import Any


def repeat(ir: Any, builder: Any, count: Any, values: Sequence[Any], step: Callable[..., Sequence[Any]]) -> list[Any]:
    """Write a loop: `step` gets the number of the round and what the round before returned; `count` has 64 bits."""
    before, body, after = builder.block, *(builder.append_basic_block(name) for name in ("round", "done"))
    builder.branch(body)
    builder.position_at_end(body)
    number, *held = (builder.phi(value.type) for value in (count, *values))
    zero, one = count.type(0), count.type(1)
    results = [builder.add(number, one), *step(number, *held)]
    for phi, first, last in zip((number, *held), (zero, *values), results, strict=True):
        phi.add_incoming(first, before)
        phi.add_incoming(last, builder.block)
    builder.cbranch(builder.icmp_unsigned("<", results[0], count), body, after)
    builder.position_at_end(after)
    return results[1:]
