"""Rule 7 of the door. Noise locks nobody out."""

from typing import Final

from .mutation import Mutation

MUTATIONS: Final = (
    Mutation(
        rule=7,
        name="nothing is kept for commands",
        file="cloud/budget.py",
        old="        self._others = _Lane(slots=limits.at_once, keep=limits.reserve)",
        new="        self._others = _Lane(slots=limits.at_once, keep=0)",
        test="cloud/test_budget.py::test_the_reserve_is_for_commands",
    ),
    Mutation(
        rule=7,
        name="Retry-After is not obeyed",
        file="cloud/budget.py",
        old="            until = now + min(LONGEST_PAUSE, max(1.0, retry_after.total_seconds()))",
        new="            until = now",
        test="cloud/test_budget_pauses.py::test_retry_after_is_obeyed",
    ),
    Mutation(
        rule=7,
        name="Retry-After is not obeyed at the login",
        file="tokens.py",
        old="            pause = max(pause, min(",
        new="            pause = min(pause, min(",
        test="test_oauth.py::test_too_many_requests",
    ),
    Mutation(
        rule=7,
        name="a restart forgets the budget",
        file="clients.py",
        old='    budget.restore(notebook.memory.get("budget"))',
        new="    budget.restore(None)",
        test="test_symptoms.py::test_symptom_rate_limited_on_reload_by_the_cloud",
    ),
    Mutation(
        rule=7,
        name="the time of a restart does not count",
        file="cloud/budget.py",
        old="        passed = max(0.0, self._wall() - saved_at)",
        new="        passed = 0.0",
        test="cloud/test_budget_pauses.py::test_the_state_survives_a_restart",
    ),
    Mutation(
        rule=7,
        name="limited reads keep people from the door",
        file="cloud/budget.py",
        old="        if safety is Safety.COMMAND:\n            for lane in",
        new="        if safety is not None:\n            for lane in",
        test="cloud/test_budget_pauses.py::test_a_read_does_not_lock_anybody_out",
    ),
    Mutation(
        rule=7,
        name="a guess keeps people from the door for long",
        file="cloud/budget.py",
        old="            commands_until = min(until, now + FIRST_PAUSE)",
        new="            commands_until = until",
        test="cloud/test_budget_pauses.py::test_a_guess_holds_commands_for_a_minute_at_most",
    ),
    Mutation(
        rule=7,
        name="a pause ends in a herd",
        file="cloud/budget.py",
        old="        self._tokens = min(self._tokens, self.limits.reserve)",
        new="        self._tokens = self._tokens",
        test="cloud/test_budget_pauses.py::test_after_a_pause_there_is_no_herd",
    ),
    Mutation(
        rule=7,
        name="commands wait behind reads",
        file="cloud/budget.py",
        old=" for queue in self._queues.values() if queue]",
        new=" for queue in reversed(self._queues.values()) if queue]",
        test="cloud/test_budget.py::test_a_waiting_command_goes_first",
    ),
    Mutation(
        rule=7,
        name="a command waits behind reads for what it needs to know",
        file="cloud/budget.py",
        old='        way: _Way = "errand" if errand else safety',
        new="        way: _Way = safety",
        test="cloud/test_budget_pauses.py::test_an_errand_goes_as_commands_do",
    ),
    Mutation(
        rule=7,
        name="a refused errand keeps people from the door",
        file="cloud/budget.py",
        old="            self._pause(safety, err.retry_after)",
        new="            self._pause(Safety.COMMAND, err.retry_after)",
        test="cloud/test_budget_pauses.py::test_an_errand_goes_as_commands_do",
    ),
    Mutation(
        rule=7,
        name="an errand that hangs takes the place of a command",
        file="cloud/budget.py",
        old="            return self._errands",
        new="            return self._commands",
        test="cloud/test_budget_pauses.py::test_an_errand_goes_as_commands_do",
    ),
)
