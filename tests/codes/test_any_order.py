"""Whatever happens in whatever order: what may never be, and what is in the end."""

from collections import Counter
from datetime import timedelta
from functools import partial

from hypothesis import HealthCheck, settings, strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from custom_components.yale_august.cloud.models import PinAction, PinState
from custom_components.yale_august.codes import wishes
from custom_components.yale_august.codes.ends import serves
from custom_components.yale_august.codes.records import Code, CodeState, Goal, Reason
from custom_components.yale_august.codes.schedule import ALWAYS, Schedule, Temporary
from custom_components.yale_august.codes.sighting import Listing
from custom_components.yale_august.codes.wishes import WishRefused

from .model import LOCK, START, TIMES, Cloud, Crash, Keeper, guest

GUESTS = st.integers(0, 1)
FATES = st.sampled_from(
    [
        "taken",
        "taken",
        "lost before",
        "lost after",
        "late",
        "busy",
        "at work",
        "forbidden",
    ]
)
MINDS = st.sampled_from([None, None, "end", "suspend", "resume"])
CRASHES = st.sampled_from([None, None, None, "journaled", "sent"])
SCHEDULES = st.sampled_from(
    [
        ALWAYS,
        Temporary(start=START, end=START + timedelta(minutes=30)),
        Temporary(start=START, end=START + timedelta(days=30)),
    ]
)
ELSEWHERE = {Reason.SUSPENDED_ELSEWHERE, Reason.RESUMED_ELSEWHERE}
STRANGER = "9999"


class AnyOrder(RuleBasedStateMachine):
    """Wishes, lists, answers, restarts and other people, in any order."""

    def __init__(self) -> None:
        """Begin with a lock that has a code of somebody else."""
        super().__init__()
        self.cloud = Cloud()
        self.keeper = Keeper(self.cloud)
        self.keeper.watch = self.watch
        self.wanted: dict[str, str] = {}
        """The digits that each guest shall have, as the person was told."""
        self.meddled: set[str] = set()
        """Guests with whose codes somebody else has done something."""
        self.made = 0
        self.old: Listing | None = None
        self.strangers = 1
        self.namesakes = False

    @initialize(
        cloud=st.builds(
            Cloud,
            echoes=st.booleans(),
            tells_key=st.booleans(),
            tells_pin_id=st.booleans(),
            cut=st.sampled_from([None, None, 2]),
        ),
        known=st.booleans(),
        settled=st.booleans(),
    )
    def begin(self, cloud: Cloud, known: bool, settled: bool) -> None:
        """Begin with a lock that has a code of somebody else, and (`settled`) one of ours.

        `known`: what the cloud calls our guests was learned at another lock.
        """
        self.cloud = self.keeper.cloud = cloud
        if known:
            self.keeper.users = {f"ha-{one}": {f"user-ha-{one}"} for one in (0, 1)}
        self.cloud.put("stranger", STRANGER, ALWAYS, ours=False)
        self.cloud.work()
        self.add(0, ALWAYS)
        if settled:
            self.keeper.run()

    # What must hold at each step

    def watch(self, old: Code, new: Code, seen: Listing | None) -> None:
        """See what may become of a code."""
        if seen is not None and new.reason is not Reason.WINDOW_OVER:
            # A list that is older than the wish or the write says nothing.
            assert seen.asked >= old.wished_at
            if old.step is not None and new.step is None:
                assert seen.asked >= old.step.sent_at
        if seen is None and new.settled and old.step is not None:
            # What was refused is what the person still wants.
            assert serves(old, old.step)
        if new.settled and new.reason in ELSEWHERE:
            assert new.guest_id in self.meddled
        if new.state is CodeState.CONFIRMED and old.state is not CodeState.CONFIRMED:
            assert seen is not None
            assert all(
                sent.at <= seen.asked
                for sent in self.keeper.sent
                if sent.code.guest_id == new.guest_id
            )
            rest = PinState.LOADED if new.goal is Goal.OPEN else PinState.DISABLED
            (pin,) = [pin for pin in seen.pins if pin.user_id == f"user-{new.guest_id}"]
            assert pin.state is rest
            if new.guest_id not in self.meddled:
                assert pin.pin == self.wanted[new.guest_id]
        if new.step is not None and old.step is None:
            assert not old.settled
            assert seen is not None
            if new.step.action is PinAction.LOAD and old.tried is not None:
                assert seen.complete
        if old.change and not new.change and new.goal is Goal.OPEN and not new.settled:
            assert seen is not None and seen.complete
            assert all(pin.user_id != f"user-{new.guest_id}" for pin in seen.pins)

    @invariant()
    def writes_are_right(self) -> None:
        """See that what was sent was wished, with the digits that were told, and one at a time."""
        for sent in self.keeper.sent:
            assert sent.code.step is not None
            assert sent.code.step.attempt <= 2
            assert not sent.code.settled
            if sent.code.step.action is PinAction.LOAD:
                assert sent.digits is not None
        lost = Counter(
            (sent.code.guest_id, sent.code.wished_at, sent.code.step.action)
            for sent in self.keeper.sent
            if sent.code.step and sent.fate.startswith("lost")
        )
        assert all(count <= 2 for count in lost.values())
        journaled = [
            (sent.code.guest_id, sent.code.step.sent_at)
            for sent in self.keeper.sent
            if sent.code.step
        ]
        assert len(journaled) == len(set(journaled))

    @invariant()
    def strangers_stay(self) -> None:
        """See that what is not ours is as it was."""
        theirs = [slot for slot in self.cloud.slots if not slot.ours]
        assert len(theirs) == self.strangers
        assert all(slot.state is PinState.LOADED for slot in theirs)

    @invariant()
    def strangers_are_not_ours(self) -> None:
        """See that nothing of another person passes for ours."""
        theirs = {
            name
            for slot in self.cloud.slots
            if not slot.ours
            for name in (slot.pin_id, f"user-{slot.guest}")
        }
        for code in self.keeper.disk.values():
            assert not {code.pin_id, code.user_id} & theirs

    @invariant()
    def one_at_a_time(self) -> None:
        """See that the lock is asked for one thing at a time."""
        assert sum(code.in_flight for code in self.keeper.disk.values()) <= 1

    # What people wish

    def _new_digits(self) -> str:
        self.made += 1
        return f"{self.made:04d}"

    @rule(number=GUESTS, schedule=SCHEDULES)
    def add(self, number: int, schedule: Schedule) -> None:
        """Wish a guest a code."""
        who = guest(number)
        if who.guest_id in self.keeper.disk or self.cloud.of(who.guest_id):
            return
        digits = self._new_digits()
        self.wanted[who.guest_id] = digits
        self.meddled.discard(who.guest_id)
        self.keeper.ended.discard(who.guest_id)
        self.keeper.wish(
            wishes.new_code(who, LOCK, schedule, self.keeper.later()), digits
        )

    @rule(number=GUESTS)
    def end(self, number: int) -> None:
        """Wish a code off the lock."""
        if (code := self.keeper.disk.get(f"ha-{number}")) is not None:
            self.keeper.wish(wishes.end(code, self.keeper.later()))

    @rule(number=GUESTS, which=st.sampled_from([wishes.suspend, wishes.resume]))
    def toggle(self, number: int, which: object) -> None:
        """Wish a code suspended or resumed."""
        if (code := self.keeper.disk.get(f"ha-{number}")) is None:
            return
        try:
            wish = (
                wishes.suspend(code, self.keeper.later())
                if which is wishes.suspend
                else wishes.resume(code, self.keeper.later())
            )
        except WishRefused:
            return
        self.keeper.wish(wish)

    @rule(number=GUESTS, schedule=SCHEDULES, fresh=st.booleans())
    def change(self, number: int, schedule: Schedule, fresh: bool) -> None:
        """Wish other times, or other digits."""
        if (code := self.keeper.disk.get(f"ha-{number}")) is None:
            return
        try:
            wish = wishes.change(
                code, self.keeper.later(), schedule=schedule, fresh=fresh
            )
        except WishRefused:
            return
        digits = None
        if fresh:
            digits = self.wanted[code.guest_id] = self._new_digits()
            self.meddled.discard(code.guest_id)
        self.keeper.wish(wish, digits)

    # What happens

    @rule(seconds=st.sampled_from([1, 5, 59, 61, 200, 3000]))
    def wait(self, seconds: int) -> None:
        """Let time pass."""
        self.keeper.now += timedelta(seconds=seconds)

    @rule()
    def work(self) -> None:
        """Let the lock do one thing."""
        self.cloud.work()

    @rule(online=st.booleans())
    def bridge(self, online: bool) -> None:
        """Pull the plug of the bridge, or put it in."""
        self.cloud.online = online

    @rule(stubborn=st.booleans())
    def mood(self, stubborn: bool) -> None:
        """Let the lock refuse new codes, or take them."""
        self.cloud.stubborn = stubborn

    @rule()
    def restart(self) -> None:
        """Start anew: what is not on the disk is forgotten."""
        self.keeper.restart()

    @rule(
        fate=FATES,
        crash=CRASHES,
        complete=st.sampled_from([True, True, False]),
        mind=MINDS,
    )
    def turn(
        self, fate: str, crash: str | None, complete: bool, mind: str | None = None
    ) -> None:
        """Look once, and send what is due; the person may change their `mind` before the answer."""
        self.keeper.now += timedelta(seconds=1)
        seen = self.cloud.list(self.keeper.now, complete=complete)
        self.old = seen
        self.keeper.look(seen)
        try:
            self.keeper.act(
                seen, fate, crash, meanwhile=partial(self._change_mind, mind)
            )
        except Crash:
            self.keeper.restart()

    def _change_mind(self, mind: str | None, guest_id: str) -> None:
        number = int(guest_id.removeprefix("ha-"))
        match mind:
            case "end":
                self.end(number)
            case "suspend" | "resume":
                self.toggle(number, getattr(wishes, mind))

    @rule(turns=st.integers(1, 6))
    def peace(self, turns: int) -> None:
        """Let it go well for a while."""
        self.keeper.run(turns=turns)

    @rule(times=st.integers(1, 3))
    def lose(self, times: int) -> None:
        """Lose what is sent, and see that it had no effect."""
        for _ in range(times):
            self.turn("lost before", None, complete=True)
            self.keeper.now += timedelta(seconds=61)

    @rule()
    def silence(self) -> None:
        """Ask in vain."""
        self.keeper.look(None)

    @precondition(lambda self: self.old is not None)
    @rule()
    def late_list(self) -> None:
        """Take an answer that was overtaken."""
        assert self.old is not None
        self.keeper.look(self.old)

    @rule(number=GUESTS, deed=st.sampled_from(["delete", "disable", "enable"]))
    def meddle(self, number: int, deed: str) -> None:
        """Somebody does something in the vendor's app."""
        if self.cloud.of(f"ha-{number}") is None:
            return
        self.meddled.add(f"ha-{number}")
        self.cloud.write(PinAction(deed), f"ha-{number}", None, ALWAYS)

    @rule(number=GUESTS, copied=st.booleans())
    def namesake(self, number: int, copied: bool) -> None:
        """Somebody makes a code under the name of a guest in the vendor's app, perhaps the same one."""
        self.made += 1
        name = f"other-{self.made}"
        who = guest(number)
        # Where not even the key is told nothing would differ.
        copied &= self.cloud.tells_key
        digits = self.wanted.get(who.guest_id) if copied else None
        self.cloud.now = self.keeper.now
        slot = self.cloud.put(
            name,
            digits or f"{self.made:04d}",
            ALWAYS,
            ours=False,
            name=(who.first_name, who.last_name),
        )
        if slot is not None:
            slot.state = PinState.LOADED
            self.namesakes = True
            self.strangers += 1

    @precondition(lambda self: self.cloud.late)
    @rule()
    def arrive(self) -> None:
        """Let a load take effect at last of which nobody has heard."""
        sent_at, load = self.cloud.late.pop(0)
        if self.keeper.now < sent_at + TIMES.late:
            self.cloud.now = self.keeper.now
            load()

    # In the end

    def teardown(self) -> None:
        """See that a cloud that behaves brings everything to an end that is true."""
        cloud, keeper = self.cloud, self.keeper
        cloud.online, cloud.stubborn = True, False
        cloud.late.clear()
        self._come_to_rest()
        doubted = [
            code for code in keeper.disk.values() if code.reason is Reason.LOOKALIKE
        ]
        if doubted:
            is_silent = not cloud.echoes and (cloud.cut or not cloud.tells_key)
            assert self.namesakes or is_silent
            self._decide(doubted)
            self._come_to_rest()
        sights = keeper.sights(cloud.list(keeper.now))
        for code in keeper.disk.values():
            slot = cloud.of(code.guest_id)
            assert code.reason is not Reason.LOOKALIKE
            assert slot is None or sights[code.guest_id].pin is not None, "lost"
            self._is_true(code, slot.state if slot else None)
            if code.state is CodeState.CONFIRMED and code.guest_id not in self.meddled:
                assert slot is not None
                assert slot.digits == self.wanted[code.guest_id]
                assert slot.schedule == code.schedule
        for name in keeper.ended - keeper.disk.keys():
            assert cloud.of(name) is None, name
        assert cloud.of("stranger") is not None

    def _come_to_rest(self) -> None:
        for _ in range(len(self.cloud.jobs)):
            self.cloud.work()
        self.keeper.run()
        self.keeper.look(self.cloud.list(self.keeper.now))

    def _decide(self, codes: list[Code]) -> None:
        """Let a person say what is theirs, and take away what is not."""
        cloud, keeper = self.cloud, self.keeper
        cloud.slots = [
            slot
            for slot in cloud.slots
            if slot.ours or not slot.guest.startswith("other")
        ]
        for code in codes:
            if (slot := cloud.of(code.guest_id)) is not None:
                pin = cloud.listed(slot)
                keeper.wish(wishes.identify(code, pin, keeper.later()))

    def _is_true(self, code: Code, state: PinState | None) -> None:
        match code.state:
            case CodeState.CONFIRMED:
                assert state is (
                    PinState.LOADED if code.goal is Goal.OPEN else PinState.DISABLED
                )
            case CodeState.LOST:
                assert state is None
            case CodeState.UNCERTAIN if not code.settled:
                assert code.guest_id in self.meddled
            case CodeState.REFUSED | CodeState.NEEDS_NEW_CODE | CodeState.UNCERTAIN:
                assert code.reason is not None
            case _:
                raise AssertionError(f"{code.state} is no end")


AnyOrder.TestCase.settings = settings(
    max_examples=150,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
TestAnyOrder = AnyOrder.TestCase
