"""Each action of the table is done by the module that the table names, and by no other."""

from collections import defaultdict
from importlib import import_module

from custom_components.yale_august.actions.table import TABLE, WEEK
from custom_components.yale_august.codes.schedule import Weekday


def test_each_action_has_its_handler() -> None:
    """What is called and is not there would fail only then."""
    names = defaultdict(set)
    for action in TABLE:
        names[action.module].add(action.name)
    assert sum(map(len, names.values())) == len(TABLE)
    for module, of_module in names.items():
        found = import_module(f"custom_components.yale_august.actions.{module}")
        assert found.HANDLERS.keys() == of_module


def test_days() -> None:
    """A call names the days as codes do."""
    assert sorted(WEEK) == sorted(Weekday)
