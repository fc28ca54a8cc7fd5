"""Rule 1 of the door, for codes: none is said to be on a lock, or gone, that is not known to be."""

from typing import Final

from .mutation import Mutation

MUTATIONS: Final = (
    Mutation(
        rule=1,
        name="a list that lacks all codes is believed at once",
        file="access_codes/keeper.py",
        old="        if self._is_surprised(seen):",
        new="        if self._is_surprised(seen) and False:",
        test="access_codes/test_meanwhile.py::test_list_that_lacks_all",
    ),
    Mutation(
        rule=1,
        name="a list that nobody could read says that all codes are missing",
        file="access_codes/keeper.py",
        old="            seen.complete\n            and not seen.pins",
        new="            seen.asked\n            and not seen.pins",
        test="access_codes/test_meanwhile.py::test_list_that_lacks_all",
    ),
    Mutation(
        rule=1,
        name="a refused list says that a lock has no codes",
        file="access_codes/keeper.py",
        old="        return takes_none and is_said",
        new="        return is_said",
        test="access_codes/test_meanwhile.py::test_list_that_is_refused",
    ),
    Mutation(
        rule=1,
        name="a cloud that is down says that a lock has no codes",
        file="access_codes/keeper.py",
        old="        return takes_none and is_said",
        new="        return takes_none",
        test="access_codes/test_meanwhile.py::test_list_that_is_refused",
    ),
    Mutation(
        rule=1,
        name="a window is over by a clock that nobody has compared",
        file="access_codes/ledger.py",
        old="            if seen is not None:\n                # Only",
        new="            if True:\n                # Only",
        test="access_codes/test_meanwhile.py::test_clock_is_put_forward",
    ),
    Mutation(
        rule=1,
        name="the old code is the new one whose digits are lost",
        file="codes/engine.py",
        old=" and not differs and not code.change:",
        new=" and not differs:",
        test="codes/test_engine.py::test_change_that_was_given_up_is_not_confirmed",
    ),
    Mutation(
        rule=1,
        name="the old code is the new one that was given up",
        file="codes/engine.py",
        old="    if code.change:\n        # What",
        new="    if False:\n        # What",
        test="codes/test_engine.py::test_change_that_was_given_up_is_not_confirmed",
    ),
    Mutation(
        rule=1,
        name="what the lock is still to take off has nobody waiting",
        file="codes/engine.py",
        old="    PinState.DELETING: PinAction.DELETE,",
        new="    PinState.DELETING: PinAction.LOAD,",
        test="codes/test_engine.py::test_lock_takes_for_ever",
    ),
    Mutation(
        rule=1,
        name="what cannot be shown keeps a code on its lock",
        file="access_codes/office.py",
        old="            _tell(listener)",
        new="            listener()",
        test="access_codes/test_access_codes.py::test_listener_that_fails",
    ),
)
