"""The one door to numba: `@kernel` compiles a function when it is first called, and remembers it on disk.

Importing a module full of kernels therefore costs nothing; `ambience list`, `check` and `midi` never load numba.
"""

import contextlib
import inspect
import os
import tempfile
import threading
import types
from collections.abc import Callable, Iterator
from functools import cache, partial
from hashlib import blake2b
from pathlib import Path
from typing import Any, ParamSpec, TypeVar, cast

P = ParamSpec("P")
R = TypeVar("R")

SEEN_THROUGH = ((0, 60), (0, 61), (0, 68))
"""Versions of numba in which `_load_first` was tried; all others load in their own way."""

_compiling = threading.RLock()


class _Kernel:
    """A kernel that has not been called yet; other kernels may name it."""

    def __init__(self, function: types.FunctionType, inline: bool) -> None:
        self.function = function
        self.inline = inline
        self.compiled: Callable[..., Any] | None = None
        self.__doc__ = function.__doc__
        self.__name__ = function.__name__
        self.__module__ = function.__module__
        self.__wrapped__ = function

    def __call__(self, *arguments: Any) -> Any:
        return (self.compiled or self.dispatcher())(*arguments)

    def dispatcher(self) -> Callable[..., Any]:
        """Return the compiled function, compiling the kernels that it calls first."""
        with _compiling:
            if self.compiled is None:
                self.compiled = self.function if _stays_python() else self._compile()
            return self.compiled

    def _compile(self) -> Callable[..., Any]:
        return _compile(self._copied(), self.inline)

    def _copied(self) -> types.FunctionType:
        """Return the same function with globals of its own."""
        function = self.function
        scope = dict(function.__globals__)
        copy = types.FunctionType(function.__code__, scope, function.__name__, function.__defaults__)
        copy.__qualname__, copy.__module__ = function.__qualname__, function.__module__
        return copy


class _Emitted(_Kernel):
    """A kernel whose instructions are written out; what they do is said in Python too."""

    def __init__(self, function: types.FunctionType, emit: Callable[..., None]) -> None:
        super().__init__(function, inline=True)
        self._emit = emit

    def _compile(self) -> Callable[..., Any]:
        import numba
        from llvmlite import ir
        from numba.extending import intrinsic

        def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
            kinds = signature.args
            self._emit(ir, builder, *(_argument(context, builder, *pair) for pair in zip(kinds, values, strict=True)))
            return context.get_dummy_value()

        def typed(*kinds: Any) -> Any:
            return numba.types.void(*kinds[1:]), generate

        context = inspect.Parameter("typing_context", inspect.Parameter.POSITIONAL_ONLY)
        typed.__name__ = self.__name__
        typed.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
            [context, *(inspect.Parameter(name, context.kind) for name in inspect.signature(self.function).parameters)]
        )
        return cast(Callable[..., Any], intrinsic(typed))


def _argument(context: Any, builder: Any, kind: Any, value: Any) -> Any:
    """Return a pointer to the first number of an array, and a whole number as 64 bits."""
    import numba

    if isinstance(kind, numba.types.Array):
        return context.make_array(kind)(context, builder, value).data
    return context.cast(builder, value, kind, numba.types.int64)


def kernel(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function of arrays and numbers to machine code on its first call.

    No `fastmath` and no `parallel`: the same samples on every machine and for every thread count. The interpreter's
    lock is released while it runs. It makes no arrays, but works in those that it is given; that is not counted then,
    who still uses them. With ``NUMBA_DISABLE_JIT=1`` it stays plain Python.
    """
    return cast(Callable[P, R], _Kernel(cast(types.FunctionType, function), inline=False))


def inline_kernel(function: Callable[P, R]) -> Callable[P, R]:
    """Mark a small function that is compiled into the kernels that call it."""
    return cast(Callable[P, R], _Kernel(cast(types.FunctionType, function), inline=True))


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


def _compile(function: types.FunctionType, inline: bool) -> Callable[..., Any]:
    import numba

    compiled: Any = None
    jit = partial(numba.njit, nogil=True, error_model="numpy", _nrt=False)  # no kernel makes arrays: none is counted
    if not inline:
        with _cache_folder(numba.config), contextlib.suppress(RuntimeError):  # no folder can be written
            compiled = jit(function, cache=True)
    if compiled is None:  # for this process only
        compiled = jit(function)
    elif numba.version_info.short in SEEN_THROUGH:
        _load_first(compiled, function)
        return cast(Callable[..., Any], compiled)
    _compile_callees(function)
    return cast(Callable[..., Any], compiled)


def _stays_python() -> bool:
    """Tell whether the user wants nothing compiled."""
    import numba

    return bool(cast(Any, numba.config).DISABLE_JIT)


def _compile_callees(function: types.FunctionType) -> None:
    """Put compiled functions in the place of the kernels that a function calls."""
    scope = function.__globals__
    for name in function.__code__.co_names:
        if isinstance(callee := scope.get(name), _Kernel):
            scope[name] = callee.dispatcher()


def _load_first(compiled: Any, function: types.FunctionType) -> None:
    """Let a kernel that the disk remembers be loaded without all that only a compiler needs.

    By itself, numba reads its whole library of array functions first, which takes three times as long as all kernels.
    If the disk remembers nothing, the compiler does it anyway.
    """

    def load(signature: Any, context: Any) -> Any:
        try:
            found = compiled._cache._load_overload(signature, context)
        except OSError:  # on Windows, another process may be writing it
            found = None
        if found is None:
            _compile_callees(function)
        return found

    compiled._cache.load_overload = load


def is_compiled(name: str) -> bool:
    """Tell whether the disk remembers a kernel of that name, as the sources are now."""
    chosen = os.environ.get("NUMBA_CACHE_DIR")
    folder = Path(chosen) if chosen else _writable_cache() / _sources_fingerprint()
    return any(folder.rglob(f"*.{name}-*.nbi"))


@contextlib.contextmanager
def _cache_folder(config: Any) -> Iterator[None]:
    """Point numba at our own folder: one per state of our sources, since numba does not see callees change."""
    before = config.CACHE_DIR
    if not before:
        config.CACHE_DIR = str(_writable_cache() / _sources_fingerprint())
    try:
        yield
    finally:
        config.CACHE_DIR = before


def _writable_cache() -> Path:
    from platformdirs import user_cache_path

    folder = user_cache_path("ambience") / "kernels"
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
    return folder if os.access(folder, os.W_OK) else Path(tempfile.gettempdir()) / "ambience-kernels"


@cache
def _sources_fingerprint() -> str:
    root = Path(__file__).parents[1]
    stamps = ((path, path.stat()) for path in sorted(root.rglob("*.py")))
    text = "\n".join(f"{path}:{stat.st_mtime_ns}:{stat.st_size}" for path, stat in stamps)
    return blake2b(text.encode(), digest_size=8).hexdigest()
