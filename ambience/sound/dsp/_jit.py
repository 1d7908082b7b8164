"""Kernels: `@kernel` makes machine code of a function when it is first called, and remembers it on disk.

Importing a module full of kernels costs nothing, and where the disk remembers all of them, numba is never loaded.
"""

import inspect
import os
import threading
import types
from collections.abc import Callable
from functools import cached_property
from typing import Any, ParamSpec, TypeVar, cast

import numpy as np

from ambience.sound.dsp import _entry, _store
from ambience.sound.dsp._entry import Array, Kind

P = ParamSpec("P")
R = TypeVar("R")

_compiling = threading.RLock()


class _Kernel:
    """A function that becomes machine code; other kernels may name it."""

    def __init__(self, function: types.FunctionType) -> None:
        self.function = function
        self.compiled: Callable[..., Any] | None = None
        self.__doc__ = function.__doc__
        self.__name__ = function.__name__
        self.__module__ = function.__module__
        self.__wrapped__ = function

    def __call__(self, *arguments: Any) -> Any:
        return (self.compiled or self._first(arguments))(*arguments)

    def _first(self, arguments: tuple[Any, ...]) -> Callable[..., Any]:
        """Load the machine code for such arguments, or make it."""
        with _compiling:
            if self.compiled is None:
                self.compiled = self.function if stays_python() else self._load(self._kinds(arguments))
            return self.compiled

    def _load(self, kinds: dict[str, Kind]) -> Callable[..., Any]:
        place = f"{self.__module__.rpartition('.')[2]}.{self.__name__}"
        file_name = _store.file_name(place, self.__module__, _store.stamp(self.function.__code__.co_filename), kinds)
        code = _store.find(file_name)
        if code is None:
            from ambience.sound.dsp import _compiler

            code = _compiler.object_code(self._scoped(), place, kinds)
            _store.keep(file_name, code)
        return _entry.builtin(place, code)

    def _kinds(self, arguments: tuple[Any, ...]) -> dict[str, Kind]:
        """Tell of every argument what it is: numbers are what the kernel says of them, arrays are what they are."""
        said = inspect.signature(self.function)
        given = said.bind(*arguments).arguments
        return {
            name: Array(value.dtype, value.ndim) if isinstance(value, np.ndarray) else said.parameters[name].annotation
            for name, value in given.items()
        }

    @cached_property
    def called(self) -> Callable[..., Any]:
        """Itself as other kernels call it."""
        from ambience.sound.dsp import _compiler

        return _compiler.called(self._scoped())

    def _scoped(self) -> types.FunctionType:
        """Return the function with globals of its own, in which kernels are what kernels call."""
        function = self.function
        scope = dict(function.__globals__)
        for name in function.__code__.co_names:
            if isinstance(callee := scope.get(name), _Kernel):
                scope[name] = callee.called
        copy = types.FunctionType(function.__code__, scope, function.__name__, function.__defaults__)
        copy.__qualname__, copy.__module__ = function.__qualname__, function.__module__
        return copy


class _Emitted(_Kernel):
    """A kernel whose instructions are written out; what they do is said in Python too."""

    def __init__(self, function: types.FunctionType, emit: Callable[..., None]) -> None:
        super().__init__(function)
        self._emit = emit

    @cached_property
    def called(self) -> Callable[..., Any]:
        """Itself as other kernels call it."""
        from ambience.sound.dsp import _compiler

        return _compiler.written(self.function, self._emit)


def kernel(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function of arrays and numbers to machine code on its first call.

    The first call decides what arrays it takes: later ones have the same kinds of number and as many axes, lie in C
    order without gaps, and may be written; a `TypeError` tells of others. Numbers are what their annotations say:
    `float`, `np.float32`, `int`, `np.uint64` or `bool`. It makes no arrays and raises nothing, but works in what it is
    given. The interpreter's lock is released while it runs. With ``NUMBA_DISABLE_JIT=1`` it stays plain Python.
    """
    return cast(Callable[P, R], _Kernel(cast(types.FunctionType, function)))


def inline_kernel(function: Callable[P, R]) -> Callable[P, R]:
    """Mark a small function that is compiled into the kernels that call it."""
    return kernel(function)


def emitted(emit: Callable[..., None]) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Replace a small function, in the kernels that call it, by instructions that the compiler would not choose.

    Parameters
    ----------
    emit : callable
        Writes them: gets llvmlite's `ir` and an instruction builder, then the arguments of the function, which are
        arrays without gaps, as pointers to their first numbers, and whole numbers, as 64 bits.
    """

    def mark(function: Callable[P, R]) -> Callable[P, R]:
        return cast(Callable[P, R], _Emitted(cast(types.FunctionType, function), emit))

    return mark


def stays_python() -> bool:
    """Tell whether the user wants nothing compiled."""
    return os.environ.get("NUMBA_DISABLE_JIT", "0") not in ("", "0")


def is_compiled(name: str) -> bool:
    """Tell whether the disk remembers a kernel of that name, as the sources are now."""
    return _store.is_kept(f"*.{name}")
