"""rightloss: selects, checks and trains with the right cross-entropy for your labels, in TensorFlow / Keras 3.

    import rightloss as rl

    advice = rl.select(y)

Importing the package loads neither NumPy nor Keras: each name is imported when it is first used.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rightloss import advice, errors, losses, metrics
    from rightloss.answer import Advice, Several
    from rightloss.check import check
    from rightloss.explain import explain
    from rightloss.guard import guard
    from rightloss.select import select

__version__ = "0.1.0"

# name -> module; None: the name is a module itself
_HOME: dict[str, str | None] = {
    "Advice": "rightloss.answer",
    "Several": "rightloss.answer",
    "advice": None,
    "check": "rightloss.check",
    "errors": None,
    "explain": "rightloss.explain",
    "guard": "rightloss.guard",
    "load_ipython_extension": "rightloss.guard",
    "losses": None,
    "metrics": None,
    "select": "rightloss.select",
    "unload_ipython_extension": "rightloss.guard",
}

__all__ = [
    "Advice",
    "Several",
    "__version__",
    "advice",
    "check",
    "errors",
    "explain",
    "guard",
    "losses",
    "metrics",
    "select",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'rightloss' has no attribute {name!r}; it has {', '.join(sorted(_HOME))}")
    home = _HOME[name]
    value = import_module(f"rightloss.{name}") if home is None else getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME})


class _Package(ModuleType):
    """A verb and the module it lives in share a name; after `import rightloss.select` the name still means the verb."""

    def __setattr__(self, name: str, value: Any) -> None:
        home = _HOME.get(name)
        if home is not None and isinstance(value, ModuleType):
            value = getattr(value, name)
        super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
