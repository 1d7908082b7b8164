"""The one door to llvmlite: writes instructions for the processor at hand, and loads them."""

import sys
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

_loaded: list[Any] = []  # what is loaded stays


def language() -> Any:
    """Return llvmlite's `ir`, in which instructions are written."""
    from llvmlite import ir

    return ir


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


def describe() -> str:
    """Tell this processor, and all that it can do, from others."""
    from llvmlite import binding

    features = binding.get_host_cpu_features().flatten()
    return f"{binding.get_default_triple()} {binding.get_host_cpu_name()} {features}"


def object_code(modules: Sequence[str]) -> bytes:
    """Make one object file of some modules in the compiler's language, as they are: nothing is optimised."""
    from llvmlite import binding

    first, *others = map(binding.parse_assembly, modules)
    for other in others:
        first.link_in(other)
    first.verify()
    return bytes(_target().emit_object(first))


def only_visible(module: str) -> str:
    """Return the name of the one function of a module that others can call."""
    from llvmlite import binding

    functions = binding.parse_assembly(module).functions
    [name] = [one.name for one in functions if not one.is_declaration and one.linkage is binding.Linkage.external]
    return str(name)


def load(code: bytes, function: str) -> int:
    """Load an object file for good, and return the address of a function in it.

    Raises
    ------
    RuntimeError
        If it is none for this machine.
    """
    from llvmlite import binding

    if sys.platform != "linux":  # elsewhere only numba tells where mathematics is; here it is in the process already
        from ambience.sound.dsp import _compiler  # noqa: F401
    builder = binding.JITLibraryBuilder().add_object_img(code).add_current_process().export_symbol(function)
    library = builder.link(_loader(), f"kernel {len(_loaded)}")
    _loaded.append(library)
    return int(library[function])


@cache
def _loader() -> Any:
    from llvmlite import binding

    binding.initialize_native_target()
    return binding.create_lljit_compiler(use_jit_link=sys.platform == "darwin")  # LLVM's own choice there


def _target() -> Any:
    """Return the processor as numba's own compiler knows it."""
    from llvmlite import binding

    triple, features = binding.get_default_triple(), binding.get_host_cpu_features().flatten()
    reloc = "static" if triple.startswith("x86") else "default"
    return binding.Target.from_triple(triple).create_target_machine(
        binding.get_host_cpu_name(), features, opt=3, reloc=reloc, codemodel="jitdefault", jit=True
    )
