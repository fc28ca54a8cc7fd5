"""All mutations."""

from typing import Final

from . import age, budget, codes, hidden, latch, login, newest, once, push, unknown

MUTATIONS: Final = tuple(
    mutation
    for rule in (unknown, codes, age, newest, push, once, latch, hidden, budget, login)
    for mutation in rule.MUTATIONS
)
