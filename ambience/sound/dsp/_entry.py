"""How Python calls a kernel: an entry in machine code that takes arguments apart, and refuses those of another kind."""

import ctypes
import sys
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from ambience.sound.dsp import _machine
from ambience.sound.dsp._machine import repeat

ENTRY = "call"
"""Name of the entry in the machine code of every kernel."""

_ABI_BYTES = object.__basicsize__
_TYPE, _DATA = _ABI_BYTES - 8, _ABI_BYTES
_AXES, _SHAPE, _STRIDES, _KIND, _FLAGS = (_ABI_BYTES + place for place in (8, 16, 24, 40, 48))
"""Where an array keeps what a kernel is told: `PyArrayObject_fields` in numpy's ``ndarraytypes.h``, fixed since 1.7."""

_ORDER, _TYPE_NUMBER = _ABI_BYTES + 10, _ABI_BYTES + 12
"""Where a kind of number keeps the order of its bytes and its own number: `PyArray_Descr` in the same file."""

_TURNED = ord(">" if sys.byteorder == "little" else "<")

_WANTED_FLAGS = 0x0001 | 0x0100 | 0x0400  # without gaps, aligned, may be written: the same file
_FASTCALL = 0x0080  # `METH_FASTCALL` in Python's ``methodobject.h``


class Array(NamedTuple):
    """An array without gaps, which may be written."""

    dtype: np.dtype[Any]
    axes: int

    def __str__(self) -> str:
        return f"an array of {self.dtype} with {self.axes} {'axis' if self.axes == 1 else 'axes'}, without gaps"


Kind = Array | type
"""What an argument is: an array, or `float`, `np.float32`, `int`, `np.uint64`, `bool`."""


def builtin(name: str, code: bytes) -> Callable[..., Any]:
    """Return the entry in an object file as a function of Python; a `RuntimeError` tells that there is none."""
    method = _Method(name.encode(), _machine.load(code, ENTRY), _FASTCALL, None)
    make = ctypes.pythonapi.PyCFunction_NewEx
    make.argtypes, make.restype = (ctypes.c_void_p, ctypes.py_object, ctypes.py_object), ctypes.py_object
    made: Callable[..., Any] = make(ctypes.addressof(method), np.ndarray, name)
    _methods.append(method)  # Python only borrows it
    return made


class _Method(ctypes.Structure):
    """`PyMethodDef` in Python's ``methodobject.h``."""

    _fields_ = (
        ("name", ctypes.c_char_p),
        ("address", ctypes.c_void_p),
        ("flags", ctypes.c_int),
        ("doc", ctypes.c_char_p),
    )


_methods: list[_Method] = []


def write(kernel: str, name: str, arguments: dict[str, Kind], returns: type | None) -> str:
    """Write the entry of a kernel, in the language of the compiler.

    Parameters
    ----------
    kernel : str
        Symbol of the kernel as numba has compiled it.
    name : str
        What a complaint calls it.
    arguments : dict of str to Kind
        What it is called with.
    returns : type or None
        What it returns: a number of these kinds, as Python's own, or nothing.

    Returns
    -------
    text : str
        A module with one function: `METH_FASTCALL` of a method of `numpy.ndarray`, a type that numpy keeps to itself
        and that comes to the entry in this way.
    """
    return str(_Writer(kernel, name).write(arguments, returns))


def reshaping() -> str:
    """Write what numba leaves to a library of its own when an array without gaps gets another shape: the strides."""
    ir = _machine.language()
    whole, short = ir.IntType(64), ir.IntType(32)
    row = whole.as_pointer()
    kind = ir.FunctionType(short, (whole, row, row, whole, row, row, whole, short))
    function = ir.Function(ir.Module("reshaping"), kind, "numba_attempt_nocopy_reshape")
    _, _, _, axes, shape, strides, item_bytes, _ = function.args
    builder = ir.IRBuilder(function.append_basic_block())

    def step(n: Any, stride: Any) -> Any:
        axis = [builder.sub(builder.sub(axes, n), whole(1))]
        builder.store(stride, builder.gep(strides, axis))
        return [builder.mul(stride, builder.load(builder.gep(shape, axis)))]

    repeat(ir, builder, axes, [item_bytes], step)
    builder.ret(short(1))
    return str(function.module)


class _Writer:
    """Writes one entry."""

    def __init__(self, kernel: str, name: str) -> None:
        self.ir = ir = _machine.language()
        self.kernel, self.name = kernel, name
        self.byte, self.short, self.whole = ir.IntType(8), ir.IntType(32), ir.IntType(64)
        self.single, self.real = ir.FloatType(), ir.DoubleType()
        self.pointer = self.byte.as_pointer()
        self.module = ir.Module(name)
        given = (self.pointer, self.pointer.as_pointer(), self.whole)
        function = ir.Function(self.module, ir.FunctionType(self.pointer, given), ENTRY)
        self.ndarray, self.given, self.count = function.args
        self.builder = ir.IRBuilder(function.append_basic_block())

    def write(self, arguments: dict[str, Kind], returns: type | None) -> Any:
        builder, whole = self.builder, self.whole
        self._demand(builder.icmp_signed("==", self.count, whole(len(arguments))), f"takes {len(arguments)} arguments")
        values = [value for place, pair in enumerate(arguments.items()) for value in self._take_apart(place, *pair)]
        answer = builder.alloca(whole)
        complaint = builder.alloca(self.pointer)
        kind = self.ir.FunctionType(self.short, [value.type for value in (answer, complaint, *values)])
        kernel = self.ir.Function(self.module, kind, self.kernel)
        thread = self._call("PyEval_SaveThread", self.pointer)
        status = builder.call(kernel, (answer, complaint, *values))
        self._call("PyEval_RestoreThread", self.ir.VoidType(), thread)
        self._demand(builder.icmp_signed("==", status, self.short(0)), "has failed", "PyExc_RuntimeError")
        builder.ret(self._answer(answer, returns))
        return self.module

    def _answer(self, answer: Any, returns: type | None) -> Any:
        """Return what the kernel has left as an object."""
        builder = self.builder
        if returns is None:
            nothing = self.ir.GlobalVariable(self.module, self.byte, "_Py_NoneStruct")
            self._call("Py_IncRef", self.ir.VoidType(), nothing)
            return nothing
        answers: dict[Any, tuple[str, Any]] = {
            float: ("PyFloat_FromDouble", self.real),
            np.float32: ("PyFloat_FromDouble", self.single),
            bool: ("PyBool_FromLong", self.byte),
            int: ("PyLong_FromLongLong", self.whole),
            np.uint64: ("PyLong_FromUnsignedLongLong", self.whole),
        }
        convert, kind = answers[returns]
        value = builder.load(builder.bitcast(answer, kind.as_pointer()))
        if kind is self.single:
            value = builder.fpext(value, self.real)
        elif kind is self.byte:
            value = builder.zext(value, self.whole)
        return self._call(convert, self.pointer, value)

    def _take_apart(self, place: int, argument: str, kind: Kind) -> Iterator[Any]:
        """Hand over one argument as numba wants it."""
        item = self.builder.load(self.builder.gep(self.given, [self.whole(place)]))
        if isinstance(kind, Array):
            yield from self._array(item, kind, f"argument {argument!r} is no {str(kind).removeprefix('an ')}")
        elif kind is float:
            yield self._number(item, "PyFloat_AsDouble", self.real, -1.0)
        elif kind is np.float32:
            yield self.builder.fptrunc(self._number(item, "PyFloat_AsDouble", self.real, -1.0), self.single)
        elif kind is bool:
            truth = self._number(item, "PyObject_IsTrue", self.short, -1)
            yield self.builder.trunc(truth, self.byte)
        else:
            convert = "PyLong_AsLongLong" if kind is int else "PyLong_AsUnsignedLongLongMask"
            yield self._number(item, convert, self.whole, -1)

    def _number(self, item: Any, convert: str, kind: Any, doubtful: float) -> Any:
        """Let Python convert a number, and pass on what it complains of."""
        builder = self.builder
        value = self._call(convert, kind, item)
        same = builder.fcmp_ordered if kind is self.real else builder.icmp_signed
        with builder.if_then(same("==", value, kind(doubtful)), likely=False):
            complaint = self._call("PyErr_Occurred", self.pointer)
            with builder.if_then(builder.icmp_unsigned("!=", complaint, self.pointer(None)), likely=False):
                builder.ret(self.pointer(None))
        return value

    def _array(self, item: Any, kind: Array, complaint: str) -> Iterator[Any]:
        """Hand over an array: nobody who counts, nobody who owns, length, bytes per number, data, shape and strides."""
        builder, whole = self.builder, self.whole
        self._demand(builder.icmp_unsigned("==", self._field(item, _TYPE, self.pointer), self.ndarray), complaint)
        self._demand(builder.icmp_signed("==", self._field(item, _AXES, self.short), self.short(kind.axes)), complaint)
        found = self._field(item, _KIND, self.pointer)
        number, order = self._field(found, _TYPE_NUMBER, self.short), self._field(found, _ORDER, self.byte)
        self._demand(builder.icmp_signed("==", number, self.short(kind.dtype.num)), complaint)
        self._demand(builder.icmp_signed("!=", order, self.byte(_TURNED)), complaint)
        wanted = self.short(_WANTED_FLAGS)
        flags = builder.and_(self._field(item, _FLAGS, self.short), wanted)
        self._demand(builder.icmp_signed("==", flags, wanted), f"{complaint}, to be written")
        shape, strides = (
            [self._field(self._field(item, at, self.pointer), 8 * axis, whole) for axis in range(kind.axes)]
            for at in (_SHAPE, _STRIDES)
        )
        length = whole(1)
        for frames in shape:
            length = builder.mul(length, frames)
        nobody = self.pointer(None)
        yield from (nobody, nobody, length, whole(kind.dtype.itemsize), self._field(item, _DATA, self.pointer))
        yield from (*shape, *strides)

    def _field(self, item: Any, place: int, kind: Any) -> Any:
        """Load what lies so many bytes into an object."""
        return self.builder.load(self.builder.bitcast(self.builder.gep(item, [self.whole(place)]), kind.as_pointer()))

    def _call(self, name: str, returns: Any, *values: Any) -> Any:
        """Call a function of Python."""
        function = self.module.globals.get(name)
        if function is None:
            kind = self.ir.FunctionType(returns, [value.type for value in values])
            function = self.ir.Function(self.module, kind, name)
        return self.builder.call(function, values)

    def _demand(self, holds: Any, complaint: str, error: str = "PyExc_TypeError") -> None:
        """Raise an error unless something holds."""
        builder = self.builder
        with builder.if_then(builder.not_(holds), likely=False):
            kind = self.module.globals.get(error) or self.ir.GlobalVariable(self.module, self.pointer, error)
            self._call("PyErr_SetString", self.ir.VoidType(), builder.load(kind), self._text(complaint))
            builder.ret(self.pointer(None))

    def _text(self, complaint: str) -> Any:
        data = bytearray(f"{self.name}: {complaint}\0".encode())
        kind = self.ir.ArrayType(self.byte, len(data))
        text = self.ir.GlobalVariable(self.module, kind, self.module.get_unique_name("text"))
        text.linkage, text.global_constant, text.initializer = "internal", True, self.ir.Constant(kind, data)
        return self.builder.bitcast(text, self.pointer)
