"""All mutations."""

from typing import Final

from . import age, budget, hidden, latch, login, newest, once, push, unknown

MUTATIONS: Final = tuple(
    mutation
    for rule in (unknown, age, newest, push, once, latch, hidden, budget, login)
    for mutation in rule.MUTATIONS
)
