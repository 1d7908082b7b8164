"""The one door to numba: makes machine code of a kernel and of those that it calls, when the disk remembers none."""

import inspect
import types
from collections.abc import Callable
from functools import partial
from typing import Any

import numba
import numba.extending
import numpy as np

from ambience.sound.dsp import _entry, _machine
from ambience.sound.dsp._entry import Array, Kind

_jit = partial(  # no kernel makes arrays: it is not counted who uses them; and no other entry than ours is needed
    numba.njit, error_model="numpy", _nrt=False, no_cpython_wrapper=True, no_cfunc_wrapper=True
)

_NUMBERS: dict[Any, Any] = {
    float: numba.types.float64,
    np.float32: numba.types.float32,
    int: numba.types.int64,
    bool: numba.types.boolean,
    np.uint64: numba.types.uint64,
    None: numba.types.none,
}


def object_code(function: types.FunctionType, name: str, arguments: dict[str, Kind]) -> bytes:
    """Compile a kernel for one kind of each argument.

    No `fastmath` and no `parallel`: the same samples on every machine and for every thread count.

    Parameters
    ----------
    function : function
        The kernel; its globals are of its own, and name compiled functions in the place of kernels.
    name : str
        What complaints call it.
    arguments : dict of str to Kind
        What it is called with.

    Returns
    -------
    code : bytes
        An object file with a function `_entry.ENTRY`, for `_entry.builtin`.

    Raises
    ------
    TypeError
        If an argument or the result is neither an array nor one of the numbers that a kernel knows.
    """
    compiled: Any = _jit(function)
    compiled.compile(tuple(_numba_type(f"{name}: argument {argument!r}", kind) for argument, kind in arguments.items()))
    [signature] = compiled.nopython_signatures
    kernel = compiled.inspect_llvm(signature.args)
    returns = [kind for kind, type_of_numba in _NUMBERS.items() if type_of_numba == signature.return_type]
    if not returns:
        raise TypeError(f"{name}: returns {signature.return_type}, no number that a kernel may return")
    entry = _entry.write(_machine.only_visible(kernel), name, arguments, *returns)
    return _machine.object_code([kernel, entry, _entry.reshaping()])


def called(function: types.FunctionType) -> Callable[..., Any]:
    """Return a function that kernels call, as numba wants it."""
    return _jit(function)


def written(function: types.FunctionType, emit: Callable[..., None]) -> Callable[..., Any]:
    """Return a function that kernels call and whose instructions are written by `emit`, as numba wants it."""

    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        kinds = signature.args
        emit(
            _machine.language(), builder, *(_value(context, builder, *pair) for pair in zip(kinds, values, strict=True))
        )
        return context.get_dummy_value()

    def typed(*kinds: Any) -> Any:
        return numba.types.void(*kinds[1:]), generate

    context = inspect.Parameter("typing_context", inspect.Parameter.POSITIONAL_ONLY)
    typed.__name__ = function.__name__
    typed.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [context, *(inspect.Parameter(name, context.kind) for name in inspect.signature(function).parameters)]
    )
    return numba.extending.intrinsic(typed)


def _value(context: Any, builder: Any, kind: Any, value: Any) -> Any:
    """Return a pointer to the first number of an array, and a whole number as 64 bits."""
    if isinstance(kind, numba.types.Array):
        return context.make_array(kind)(context, builder, value).data
    return context.cast(builder, value, kind, numba.types.int64)


def _numba_type(who: str, kind: Kind) -> Any:
    if isinstance(kind, Array):
        return numba.types.Array(numba.from_dtype(kind.dtype), kind.axes, "C")
    if kind not in _NUMBERS:
        raise TypeError(f"{who} is annotated as {kind!r}, no number that a kernel may be given")
    return _NUMBERS[kind]
