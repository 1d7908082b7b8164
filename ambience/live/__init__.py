"""The live session: `ambience.live(preset)` plays a preset now, and every way of steering it ends in one queue.

The package is also the function of the same name. Python binds a package as an attribute of its parent whenever any of
its modules is imported, so a function of that name beside it would come and go with the order of imports; a module
whose class has `__call__` does not.
"""

import sys
from types import ModuleType
from typing import Any


class _Live(ModuleType):
    """A module that can be called."""

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        from ambience.live.session import LiveSession  # nothing is loaded before somebody plays

        return LiveSession(*arguments, **options)


sys.modules[__name__].__class__ = _Live
