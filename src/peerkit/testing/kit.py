"""What the kits share: tests that cannot be dodged, claims that are tested, gaps that are told."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from peerkit.errors import MissingExtra

if TYPE_CHECKING:
    from collections.abc import Callable

try:
    import pytest
except ImportError:
    raise MissingExtra("pytest", "testing") from None

__all__ = ["Conformance", "needs", "pytest"]

F = TypeVar("F", bound="Callable[..., None]")


def needs(claim: str) -> Callable[[F], F]:
    """Marks a test of a kit that only those take who claim this."""

    def mark(test: F) -> F:
        vars(test)["needs"] = claim
        return test

    return mark


class Conformance:
    """Tests of what something promises. Inherit them, and give what is to be tested.

    ``claims`` are the capabilities it says it has: their tests are run then,
    and skipped otherwise. ``gaps`` names each test that it is known to fail,
    with the reason. A gap is a strict expected failure: one that is not there
    fails. Overriding a test of the kit is a ``TypeError``.
    """

    __test__: ClassVar[bool] = False

    claims: ClassVar[frozenset[str]] = frozenset()
    gaps: ClassVar[Mapping[str, str]] = MappingProxyType({})
    #: What may be claimed, and the hooks each claim needs, with a space between them.
    claimable: ClassVar[Mapping[str, str]] = MappingProxyType({})
    #: The tests of the kit, by name.
    kit_tests: ClassVar[Mapping[str, Callable[..., None]]] = MappingProxyType({})

    def __init_subclass__(cls, *, kit: bool = False, **rest: Any) -> None:
        super().__init_subclass__(**rest)
        if kit:
            names = [each for each in dir(cls) if each.startswith("test_")]
            cls.kit_tests = MappingProxyType({each: getattr(cls, each) for each in names})
            cls.__test__ = False
            return
        if "__test__" not in vars(cls):
            cls.__test__ = True  # whatever its name: a kit that nobody runs proves nothing
        _check_tests(cls)
        _check_claims(cls)
        _check_gaps(cls)

    @pytest.fixture(autouse=True)
    def _as_declared(self, request: pytest.FixtureRequest) -> None:
        """Skips what is not claimed and expects the gaps."""
        test = request.function
        claim = getattr(test, "needs", None)
        if claim is not None and claim not in self.claims:
            pytest.skip(f"{type(self).__name__} does not claim {claim!r}.")
        why = self.gaps.get(test.__name__)
        if why is not None:
            request.applymarker(pytest.mark.xfail(reason=why, strict=True))


def _check_tests(cls: type[Conformance]) -> None:
    for name, test in cls.kit_tests.items():
        if getattr(cls, name) is not test:
            raise TypeError(
                f"{cls.__name__} overrides {name}, which belongs to the kit. If it cannot pass, "
                f'say so: gaps = {{"{name}": "the reason"}}'
            )


def _check_claims(cls: type[Conformance]) -> None:
    unknown = sorted(cls.claims - cls.claimable.keys())
    if unknown:
        known = ", ".join(cls.claimable)
        raise TypeError(f"{cls.__name__} claims {', '.join(unknown)}. What may be claimed: {known}")
    for claim in sorted(cls.claims):
        for hook in cls.claimable[claim].split():
            if not any(hook in vars(each) for each in cls.__mro__ if not _is_kit(each)):
                raise TypeError(f"{cls.__name__} claims {claim!r}; then it must define {hook}().")


def _check_gaps(cls: type[Conformance]) -> None:
    for name, why in cls.gaps.items():
        test = cls.kit_tests.get(name)
        if test is None:
            raise TypeError(f"{cls.__name__}.gaps names {name}, which is no test of this kit.")
        claim = getattr(test, "needs", None)
        if claim is not None and claim not in cls.claims:
            raise TypeError(
                f"{cls.__name__}.gaps names {name}, which only those take who claim {claim!r}."
            )
        if not why.strip():
            raise TypeError(f"{cls.__name__}.gaps must give the reason for {name}.")


def _is_kit(cls: type) -> bool:
    return cls is object or cls is Conformance or "kit_tests" in vars(cls)
