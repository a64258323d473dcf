"""The one door: decide, do, tell, find, history, verify."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable, Container, Iterable, Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Final, Self, TypeVar

import attrs

from peerkit.acts import Act, CancelNotice, DeliveryFailed, ForgetPerson, Left, Makes
from peerkit.acts.act import kept_of
from peerkit.decisions import Decision, Rules, decide
from peerkit.errors import BadInput, KeyReused, Moved, StoreError, must_be
from peerkit.forgetting import Reach, reached
from peerkit.handbook import Handbook
from peerkit.kept import Kept
from peerkit.model import DAYS_QUIET, KEPT_WITH, NOT_THEIRS, Noun, WhyNotTold
from peerkit.model.fields import is_id, zone_named
from peerkit.notifiers import Notifier
from peerkit.rules import ROLE_LIMITS
from peerkit.stores import (
    LONGEST_LEASE,
    Delivery,
    Posted,
    Settled,
    Store,
)
from peerkit.stores.opening import store_at
from peerkit.stores.sealing.keys import Keys
from peerkit.stores.sealing.sealed import SealedStore
from peerkit.stores.writing.making import first_answer, made
from peerkit.telling.looking import LastLook
from peerkit.telling.origins import origin_of
from peerkit.telling.reminders import due
from peerkit.telling.teller import AGAIN, Teller, Told
from peerkit.telling.ways import Routes

if TYPE_CHECKING:
    from threading import Event
    from types import TracebackType

    from peerkit.stores import Standing

__all__ = ["Program", "Reminded", "Told"]

N = TypeVar("N", bound=Noun)

#: How often we read again when somebody else was faster.
MOST_TRIES: Final = 8
#: How many acts `do_all` keeps in one transaction.
TOGETHER: Final = 500
#: How long a message belongs to the teller who took it.
LEASE: Final = timedelta(minutes=5)
#: How long a teller waits when nothing is due.
PAUSE: Final = timedelta(seconds=5)
#: What is said of a program's name that is none.
_NAME: Final = "give its name, or leave it out"


@attrs.frozen
class Reminded:
    """How many reminders were given, and how many somebody else gave meanwhile."""

    given: int
    again: int


def _now() -> datetime:
    return datetime.now(UTC)


def _new_id(kind: str) -> str:
    """Ids in the order of time: those that are made together are kept and found together."""
    return f"{kind}-{time.time_ns() >> 16:012x}{secrets.token_hex(6)}"


def _salt() -> str:
    return secrets.token_hex(16)


def _check(
    handbook: object, rules: object, zone: object, coordinator: object, **asked: object
) -> None:
    """Refuse what a program cannot run with; ``asked`` is what it calls each time."""
    must_be(Handbook | None, handbook, "handbook", "give a Handbook: Handbook.load(…)")
    must_be(Rules, rules, "rules", "give Rules, such as ROLE_LIMITS, or leave it out")
    if not isinstance(zone, str) or zone_named(zone) is None:
        raise BadInput("zone", "give an IANA time zone such as America/Chicago")
    if coordinator is not None and not is_id(coordinator):
        raise BadInput("coordinator", "give the id of a person, or leave it out")
    for name, each in asked.items():
        if not callable(each):
            raise BadInput(name, "give the function that is called each time, not its answer")


def _must_tell(to: object, coordinator: str | None) -> None:
    """Refuse what would tell nobody, before anything is taken."""
    if isinstance(to, Routes):
        if coordinator is None:
            raise BadInput(
                "coordinator",
                "say who hears of what nobody else can be told: Program(…, coordinator=…)",
            )
    elif isinstance(to, type):
        raise BadInput("to", "give a notifier that is made, and not its class")
    elif getattr(to, "addressed", False):
        raise BadInput(
            "to",
            "this notifier tells people at their own addresses; give Routes, such as "
            "Routes({NoticeChannel.EMAIL: …})",
        )


class Program(Kept):
    """One peer support program: the acts asked of it, and everything it keeps.

    Open one with :meth:`open`, or bring a store of your own. ``clock``,
    ``new_id`` and ``salt`` are passed in so that nothing here is left to
    chance; ``zone`` is where the program's days begin and end. peerkit does
    not authenticate: whoever calls says who acts, in ``by``. ``coordinator`` is the id of
    whoever hears of what nobody else can be told.
    """

    def __init__(  # noqa: PLR0913 - what a host may replace, each by its name
        self,
        store: Store,
        *,
        handbook: Handbook | None = None,
        rules: Rules = ROLE_LIMITS,
        zone: str = "UTC",
        coordinator: str | None = None,
        clock: Callable[[], datetime] = _now,
        new_id: Callable[[str], str] = _new_id,
        salt: Callable[[], str] = _salt,
    ) -> None:
        must_be(Store, store, "store", "give a store; a file or an address is for Program.open")
        _check(handbook, rules, zone, coordinator, clock=clock, new_id=new_id, salt=salt)
        super().__init__(store, zone=zone, clock=clock)
        self.handbook: Handbook = Handbook.load() if handbook is None else handbook
        self._rules = rules
        self.coordinator: str | None = coordinator
        self._new_id = new_id
        self._salt = salt

    @classmethod
    def open(  # noqa: PLR0913 - what a host may replace, each by its name
        cls,
        where: str | os.PathLike[str],
        *,
        program: str = "main",
        durability: str | None = None,
        keys: Keys | None = None,
        read_only: bool = False,
        must_exist: bool = False,
        handbook: Handbook | None = None,
        rules: Rules = ROLE_LIMITS,
        zone: str = "UTC",
        coordinator: str | None = None,
        clock: Callable[[], datetime] = _now,
        new_id: Callable[[str], str] = _new_id,
        salt: Callable[[], str] = _salt,
    ) -> Program:
        """Open a program kept somewhere, making the place when it is new.

        ``where`` is a file (``"program.db"``), ``":memory:"``, or an address
        whose scheme a store has registered (``"theirs://…"``, entry point group
        ``peerkit.stores``). One place may hold several programs by name; a new
        name is a new program. ``durability`` is the store's own word
        (``"full"`` or ``"normal"`` for a file). With ``keys``, texts that lie
        apart are encrypted, whatever the store
        (:class:`~peerkit.stores.sealing.sealed.SealedStore`), and closing the program
        closes them; without, a program whose words are sealed can be read only. With
        ``read_only`` nothing is made, and nothing can be written: for reports and auditors.
        With ``must_exist`` nothing is made either: a name that was mistyped is an error. The
        other arguments are those of :class:`Program`. Raises :class:`~peerkit.errors.StoreError`.
        """
        # Before a place is made.
        _check(handbook, rules, zone, coordinator, clock=clock, new_id=new_id, salt=salt)
        must_be(str | os.PathLike, where, "where", 'give a file, ":memory:" or an address')
        must_be(str, program, "program", _NAME)
        if not program:
            raise BadInput("program", _NAME)
        must_be(Keys | None, keys, "keys", "give keys, such as KeyFile(…), or leave them out")
        asked: dict[str, object] = {"read_only": read_only, "must_exist": must_exist}
        for name, each in asked.items():
            if type(each) is not bool:
                raise BadInput(name, "true, or left out")
        asked = {"durability": durability} | {name: each or None for name, each in asked.items()}
        how = {name: value for name, value in asked.items() if value is not None}
        return cls(
            store_at(os.fspath(where), program, keys=keys, **how),
            handbook=handbook,
            rules=rules,
            zone=zone,
            coordinator=coordinator,
            clock=clock,
            new_id=new_id,
            salt=salt,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the store."""
        self.store.close()

    def decide(self, act: Act) -> Decision:
        """Whether this act would be allowed now. Nothing is kept."""
        act = self._named(act)
        now = self._moment()
        _, _, decision = self._decided(act, self._reach(act), now)
        return decision

    def do(self, act: Act) -> Decision:
        """Ask or report. What is allowed, and every report, is kept before this returns.

        A refusal changes nothing and is journalled. When somebody else changed
        what the decision stood on, it is read and decided again; after a few times
        the others wait. Raises :class:`~peerkit.errors.KeyReused` and
        :class:`~peerkit.errors.StoreError`.
        """
        act = self._named(act)
        # Forgetting reaches far: while that is read, others write.
        for _ in range(1 if isinstance(act, ForgetPerson) else MOST_TRIES - 1):
            with suppress(Moved):
                return self._done(act)
        with self.store.together():
            return self._done(act)

    def do_all(self, acts: Iterable[Act], *, batch: int = TOGETHER) -> Iterator[Decision]:
        """Do many acts, ``batch`` of them in one transaction: much faster, equally safe.

        Decisions come in order, each batch's once it is kept. When an act
        raises, its batch is not kept, and those before it are.
        """
        must_be(Iterable, acts, "acts", "give acts, one after the other")
        must_be(int, batch, "batch", "1 or more")
        if batch < 1:
            raise BadInput("batch", "1 or more")
        waiting: list[Act] = []
        for act in acts:
            waiting.append(act)
            if len(waiting) == batch:
                yield from self._batch(waiting)
                waiting = []
        if waiting:
            yield from self._batch(waiting)

    def _batch(self, acts: list[Act]) -> list[Decision]:
        with self.store.together():
            return [self.do(act) for act in acts]

    def tell(self, to: Routes | Notifier, *, limit: int = 1000, lease: timedelta = LEASE) -> Told:
        """Tell what waits in the outbox and is due, at most ``limit`` messages and their digests.

        ``to`` is :class:`~peerkit.telling.ways.Routes` where notices leave the house: then
        each person is told over their own channels, at their own times, in their language,
        or not at all. A notifier alone is the host's own app, where people see what is
        there when they look: everybody has it, with the message's own words.

        Each message is looked at again before it is told. One that is no longer so, or no
        longer this person's, is cancelled, which is journalled; what somebody has to hear of
        goes to the program's ``coordinator``. One that could not be told is tried again
        for three days and more, and then given up: see :meth:`dead_letters`.

        At least once: when the process dies between telling and noting it, the
        message is told again, with the same key, after its ``lease``. Never
        twice while the lease holds. Where there is only ever one teller, no
        lease is needed: ``lease=timedelta(0)``.
        """
        must_be(int, limit, "limit", "give a whole number of messages")
        return self._teller(to, lease).tell(limit)

    def keep_telling(
        self,
        to: Routes | Notifier,
        *,
        stop: Event,
        pause: timedelta = PAUSE,
        lease: timedelta = LEASE,
    ) -> Told:
        """Tell until ``stop`` is set, looking again after a ``pause`` when nothing is due.

        Several may run at once, in threads and in processes. It ends after the messages it has
        taken; what it gives counts all it told. What a notifier raises is logged, in
        ``peerkit.telling``, and tried again; an error of the store ends it: start it again.
        """
        if not all(callable(getattr(stop, each, None)) for each in ("is_set", "wait")):
            raise BadInput("stop", "give a threading.Event; set it to end this")
        must_be(timedelta, pause, "pause", "give a timedelta, such as timedelta(seconds=5)")
        if pause <= timedelta(0):
            raise BadInput("pause", "longer than timedelta(0), or leave it out")
        return self._teller(to, lease).keep_telling(stop, pause)

    def _teller(self, to: Routes | Notifier, lease: timedelta) -> Teller:
        must_be(Routes | Notifier, to, "to", "give Routes, or something that can notify(notice)")
        _must_tell(to, self.coordinator)
        must_be(timedelta, lease, "lease", "give a timedelta, such as timedelta(minutes=5)")
        if not timedelta(0) <= lease <= LONGEST_LEASE:
            raise BadInput("lease", "from timedelta(0) to a day, or leave it out")
        look = LastLook(
            store=self.store,
            handbook=self.handbook,
            zone=self.zone,
            coordinator=self.coordinator,
        )
        return Teller(
            store=self.store, look=look, do=self.do, clock=self._moment, routes=to, lease=lease
        )

    def dead_letters(self) -> Iterator[Posted]:
        """Messages that were given up, oldest first, with how often and on which way."""
        return self.store.posted(Delivery.GIVEN_UP)

    def tell_again(self, *keys: str) -> tuple[str, ...]:
        """Let messages that were given up wait again, as on their first day; the keys of those."""
        waiting = tuple(
            Settled(key=key, delivery=Delivery.WAITING, way=AGAIN) for key in self._given_up(keys)
        )
        return self.store.settle(waiting, self._moment())

    def discard(self, *keys: str, by: str) -> tuple[str, ...]:
        """Let messages that were given up be, for good, which is journalled; the keys of those.

        ``by`` is the id of whoever says so.
        """
        with self.store.together():
            found = self._given_up(keys)
            settled = tuple(
                Settled(key=key, delivery=Delivery.CANCELLED, attempts=each.attempts, way=each.way)
                for key, each in found.items()
            )
            gone = self.store.settle(settled, self._moment())
            for key in gone:  # what somebody told meanwhile is not among them
                message = found[key].message
                cancelled = CancelNotice(
                    by=by, notice=key, to=message.to, of=message.kind, why=WhyNotTold.GIVEN_UP
                )
                self.do(cancelled)
        return gone

    def _given_up(self, keys: tuple[str, ...]) -> dict[str, Posted]:
        """Those of these messages that were given up."""
        for key in keys:
            must_be(str, key, "keys", "give the keys of messages, one by one")
        return {each.key: each for each in self.dead_letters() if each.key in keys}

    def remind(self, *, holidays: Container[date] = ()) -> Reminded:
        """Give every reminder that the calendar asks for by now, each step of it once.

        Which there are says the handbook of the day. Call it once a day or oftener, from as
        many processes as you like: what is given is not given again. The program's
        ``coordinator`` is told where nobody else is left; ``holidays`` are days that are no
        business days, in any container of dates, such as ``holidays.country_holidays("US")``.
        """
        asked: object = holidays  # a country's name is a container too, and of no dates
        if isinstance(asked, str) or not isinstance(asked, Container):
            raise BadInput("holidays", "give a container of dates, or leave it out")
        now = self._moment()
        book = self.handbook.on(self._day(now))
        given = again = 0
        for act in due(
            self.store, book, now, self.zone, coordinator=self.coordinator, holidays=holidays
        ):
            try:
                meanwhile = self.do(act).again
            except KeyReused:  # by somebody who found other people
                meanwhile = True
            given, again = given + (not meanwhile), again + meanwhile
        return Reminded(given, again)

    def rotate_keys(self, *, destroy_old: bool = False) -> int:
        """Seal every text with a new key of its owner's, while others work on; how many it was.

        What was kept in clear is sealed as well. It can be stopped at any moment and begun
        again. The old keys are used no more and stay with the others. With ``destroy_old``
        they are destroyed at its end: backups made before cannot be read any more, nor copies
        that use these keys. Raises :class:`~peerkit.errors.StoreError` where nothing is sealed.
        """
        if type(destroy_old) is not bool:
            raise BadInput("destroy_old", "true, or left out")
        if not isinstance(self.store, SealedStore):
            raise StoreError("Nothing is sealed here. Open the program with keys.")
        return self.store.rotate(destroy_old=destroy_old)

    def _named(self, act: Act) -> Act:
        """The act with an id for what it makes: the same again for the same key."""
        if not isinstance(act, Act):
            raise BadInput(
                "act", "give an act, such as ProposeMatch(…); JSON goes through read_act"
            )
        if not isinstance(act, Makes) or act.id is not None:
            attrs.validate(act)  # a pickle, or who goes round a frozen act, has asked nobody
            return act
        if act.key is None:
            return attrs.evolve(act, id=self._new_id(act.makes.kind))
        digest = sha256(act.key.encode()).hexdigest()[:32]
        return attrs.evolve(act, id=f"{act.makes.kind}-{digest}")

    def _reach(self, act: Act) -> Reach | None:
        """What an act reaches beyond the ids it stands on: only forgetting somebody does."""
        return reached(self.store, act.id, self.zone) if isinstance(act, ForgetPerson) else None

    def _decided(
        self, act: Act, reach: Reach | None, now: datetime
    ) -> tuple[tuple[str, ...], Standing, Decision]:
        """What the decision stood on, how that stood, and the decision."""
        day = self._day(act.moment(now))
        about = act.about if reach is None else tuple(dict.fromkeys((*act.about, *reach.about)))
        standing = self.store.view(about, act.counts_on(day), now, act.key)
        view = standing.view
        known = {} if reach is None else {(each, KEPT_WITH): 1 for each in reach.beside}
        if reach is not None:
            known[act.about[0], DAYS_QUIET] = reach.quiet(day)
        if isinstance(act, DeliveryFailed) and self._is_anothers(act):
            known[act.person, NOT_THEIRS] = 1
        if known:
            view = attrs.evolve(view, tallies={**view.tallies, **known})
        decision = decide(act, view, self.handbook.on(day), self._rules)
        return about, standing, decision

    def _is_anothers(self, act: DeliveryFailed) -> bool:
        """Whether the notice that it names went to somebody else, or was never sent from here."""
        if act.notice is None:
            return False
        origin = origin_of(self.store, act.notice)
        return origin is None or origin.to != act.person

    def _done(self, act: Act) -> Decision:
        now = self._moment()
        reach = self._reach(act)
        about, standing, decision = self._decided(act, reach, now)
        if standing.earlier is not None:
            return first_answer(act, standing.earlier, self.handbook)
        kept = decision.allowed or act.already
        left = kept_of(act, standing.view, decision.judged()) if kept else Left()
        if reach is not None:
            if reach.seen != standing.view.seen:
                raise Moved(act.about, standing.view.seen)
            standing = attrs.evolve(standing, alone=True)
            left = attrs.evolve(left, forgets=reach.owners if kept else ())
        entry = self.store.keep(made(act, about, standing, decision, left, self._salt))
        return decision.kept_as(entry.number, tuple((each.kind, each.id) for each in left.nouns))
