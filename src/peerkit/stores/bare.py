"""An error that carries nothing along: what failed in a database may hold somebody's words."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from peerkit.errors import StoreError

__all__ = ["carrying_nothing"]

P = ParamSpec("P")
T = TypeVar("T")


def carrying_nothing(method: Callable[P, T]) -> Callable[P, T]:
    """The same method; an error of ours that comes out of it carries no other one along.

    What is raised while another error passes through a ``with`` block keeps that one as its
    context, and a text that could not be written is one of its arguments.
    """

    @wraps(method)
    def bare(*args: P.args, **how: P.kwargs) -> T:
        try:
            return method(*args, **how)
        except StoreError as error:
            error.__context__ = None
            raise

    return bare
