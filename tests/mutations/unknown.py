"""Rule 1 of the door. Unknown is unknown."""

from typing import Final

from .mutation import Mutation

MUTATIONS: Final = (
    Mutation(
        rule=1,
        name="an unknown word is locked",
        file="cloud/models/state.py",
        old="    return _BOLT_WORDS.get(found.removeprefix(_BOLT_PREFIX), BoltState.UNKNOWN)",
        new="    return _BOLT_WORDS.get(found.removeprefix(_BOLT_PREFIX), BoltState.LOCKED)",
        test="cloud/models/test_state.py::test_bolt",
    ),
    Mutation(
        rule=1,
        name="an unknown word for the door is closed",
        file="cloud/models/state.py",
        old="    return _DOOR_WORDS.get(_door_word(token), DoorState.UNKNOWN)",
        new="    return _DOOR_WORDS.get(_door_word(token), DoorState.CLOSED)",
        test="knowledge/test_json.py::test_any_json_is_survived_and_nothing_is_guessed",
    ),
    Mutation(
        rule=1,
        name="a command is read as a state",
        file="cloud/models/state.py",
        old="    if action_words and found in _ACTION_WORDS:",
        new="    if found in _ACTION_WORDS:",
        test="cloud/models/test_state.py::test_action_words",
    ),
    Mutation(
        rule=1,
        name="secure mode is a word that nobody knows",
        file="cloud/models/state.py",
        old='    "securemode": BoltState.SECURE,',
        new='    "securedmode": BoltState.SECURE,',
        test="test_symptoms.py::test_symptom_secure_mode_shown_as_unlocked",
    ),
    Mutation(
        rule=1,
        name="an invalid reading counts",
        file="cloud/models/lock.py",
        old='        if "valid" in fields and valid is not True:',
        new='        if "valid" in fields and valid is None:',
        test="cloud/models/test_lock.py::test_invalid_status",
    ),
    Mutation(
        rule=1,
        name="an empty detail is a lock without a bridge",
        file="cloud/client.py",
        old="        if detail == _NOTHING:",
        new="        if detail is _NOTHING:",
        test="cloud/test_detail.py::test_detail_of_nothing_is_not_believed",
    ),
    Mutation(
        rule=1,
        name="silence of the cache leaves the last state",
        file="knowledge/readings.py",
        old="SILENCE: Final = frozenset({BoltState.UNKNOWN, DoorState.UNKNOWN})",
        new="SILENCE: Final = frozenset({BoltState.JAMMED, DoorState.INIT})",
        test="knowledge/test_readings.py::test_cache_that_knows_nothing_is_believed",
    ),
    Mutation(
        rule=1,
        name="a bolt of which nothing is known is locked",
        file="lock.py",
        old="        return False if bolt in UNLOCKED else None",
        new="        return bolt not in UNLOCKED",
        test="test_symptoms.py::test_symptom_wrong_state_unknown_word",
    ),
    Mutation(
        rule=1,
        name="a lock that works by hand only is unlocked",
        file="lock.py",
        old="UNLOCKED = frozenset({BoltState.UNLOCKED, BoltState.UNLATCHED})",
        new="UNLOCKED = frozenset({BoltState.UNLOCKED, BoltState.UNLATCHED, BoltState.SHABBAT})",
        test="test_push.py::test_every_word_of_the_bolt",
    ),
    Mutation(
        rule=1,
        name="a door of which nothing is known is closed",
        file="binary_sensor.py",
        old="    return None if door is None else DOOR_OPEN.get(door)",
        new="    return None if door is None else DOOR_OPEN.get(door, False)",
        test="test_push.py::test_every_word_of_the_door",
    ),
)
