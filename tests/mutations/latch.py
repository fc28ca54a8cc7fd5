"""Rule 5 of the door. Unlock pulls no latch."""

from typing import Final

from .mutation import Mutation

MUTATIONS: Final = (
    Mutation(
        rule=5,
        name="unlock pulls the latch",
        file="commands/movements.py",
        old="    command=Command.UNLOCK,\n",
        new="    command=Command.UNLATCH,\n",
        test="test_symptoms_of_use.py::test_symptom_unlock_opens_the_door",
    ),
    Mutation(
        rule=5,
        name="open only unlocks",
        file="commands/movements.py",
        old="OPEN = Movement(\n    command=Command.UNLATCH,",
        new="OPEN = Movement(\n    command=Command.UNLOCK,",
        test="test_symptoms_of_use.py::test_symptom_cannot_open_when_already_unlocked",
    ),
    Mutation(
        rule=5,
        name="unlock is sent without a look",
        file="commands/movements.py",
        old="    careful=True,",
        new="    careful=False,",
        test="test_symptoms_of_use.py::test_symptom_unlock_opens_the_door_when_unlocked",
    ),
    Mutation(
        rule=5,
        name="unlock is sent though the cloud says unlocked",
        file="commands/move.py",
        old="    return status.bolt in movement.ends and lock.settled_bolt in movement.ends",
        new="    return False",
        test="commands/test_latch.py::test_unlock_of_an_unlocked_latch_lock",
    ),
    Mutation(
        rule=5,
        name="unlock is not sent though the cloud says locked",
        file="commands/move.py",
        old="    return status.bolt in movement.ends and lock.settled_bolt in movement.ends",
        new="    return True",
        test="commands/test_latch.py::test_unlock_of_a_latch_lock_that_was_locked_meanwhile",
    ),
    Mutation(
        rule=5,
        name="who has not been told yet takes it that there is no latch",
        file="knowledge/lock.py",
        old="        return self.has_latch or self.capabilities is None",
        new="        return self.has_latch",
        test="commands/test_latch.py::test_latch_is_known_after_capabilities_failed",
    ),
    Mutation(
        rule=5,
        name="locks without a latch are looked at too",
        file="commands/move.py",
        old="        or not lock.data.may_have_latch",
        new="        or lock.data.may_have_latch is None",
        test="commands/test_latch.py::test_unlock_of_an_unlocked_lock_without_latch",
    ),
    Mutation(
        rule=5,
        name="no lock is swapped at unlock",
        file="lock.py",
        old="        await async_move(self.coordinator, UNLOCK_SWAPPED if swapped else UNLOCK)",
        new="        await async_move(self.coordinator, UNLOCK if swapped else UNLOCK)",
        test="flows/test_options.py::test_exchanged",
    ),
    Mutation(
        rule=5,
        name="no lock is swapped at open",
        file="lock.py",
        old="        await async_move(self.coordinator, OPEN_SWAPPED if swapped else OPEN)",
        new="        await async_move(self.coordinator, OPEN if swapped else OPEN)",
        test="flows/test_options.py::test_exchanged",
    ),
    Mutation(
        rule=5,
        name="open cannot be hidden",
        file="lock.py",
        old="        if self.coordinator.data.has_latch and self._latch_use is not LatchUse.HIDDEN:",
        new="        if self.coordinator.data.has_latch:",
        test="flows/test_options.py::test_hidden",
    ),
    Mutation(
        rule=5,
        name="nobody explains a latch",
        file="attention.py",
        old="    if data.has_latch and lock.lock_id not in lock.account.options.latch:",
        new="    if data.has_latch and lock.lock_id in lock.account.options.latch:",
        test="flows/test_options.py::test_first_latch_lock_is_explained",
    ),
)
