"""A store around a store, for a test to look at what goes through."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import attrs

from peerkit.stores import Store

__all__ = ["Around"]


@attrs.define
class Around:
    """Everything goes through to the store inside, but for what a subclass does itself."""

    store: Store

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...


def _through(name: str) -> Callable[..., Any]:
    def call(self: Around, *args: Any, **how: Any) -> Any:
        return getattr(self.store, name)(*args, **how)

    return call


# On the class, by name: whoever asks whether this is a store looks there, and from Python 3.12 on
# at no `__getattr__`.
for _each in vars(Store):
    if not _each.startswith("_"):
        setattr(Around, _each, _through(_each))
