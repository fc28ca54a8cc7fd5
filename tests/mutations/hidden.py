"""Rule 6 of the door. Secrets stay where they are."""

from typing import Final

from .mutation import Mutation

MUTATIONS: Final = (
    Mutation(
        rule=6,
        name="addresses stand in the log",
        file="cloud/transport.py",
        old="                        route.operation,\n                        result,",
        new="                        request.url,\n                        result,",
        test="cloud/test_transport.py::test_one_log_line_a_call_without_secrets",
    ),
    Mutation(
        rule=6,
        name="the cloud's texts are told as they are",
        file="cloud/answers.py",
        old='    text = _SECRETS.sub("*", " ".join(text.split()))',
        new='    text = " ".join(text.split())',
        test="cloud/test_errors.py::test_errors_keep_no_secret",
    ),
    Mutation(
        rule=6,
        name="ids of the request stand in errors",
        file="cloud/transport.py",
        old="                    secrets = (*self.scrub(token), *request.secrets)",
        new="                    secrets = self.scrub(token)",
        test="cloud/test_transport.py::test_a_refusal_that_repeats_what_was_sent",
    ),
    Mutation(
        rule=6,
        name="the login's answers stand in the log",
        file="oauth.py",
        old='        _LOGGER.debug("The token endpoint answered %s (%s)", response.status, reason)',
        new='        _LOGGER.debug("The token endpoint answered %s (%s)", response.status, answer)',
        test="test_oauth_endpoint.py::test_nothing_secret_in_the_log",
    ),
    Mutation(
        rule=6,
        name="diagnostics show what models hide",
        file="veil.py",
        old="                if field.repr",
        new="                if field.init",
        test="test_diagnostics.py::test_entry",
    ),
    Mutation(
        rule=6,
        name="diagnostics hide by a hash",
        file="veil.py",
        old='        return f"{kind}#{numbers.setdefault(value, len(numbers) + 1)}"',
        new='        return f"{kind}#{numbers.setdefault(value, hash(value))}"',
        test="test_diagnostics.py::test_veil_keeps_equal_things_equal",
    ),
    Mutation(
        rule=6,
        name="diagnostics name the login",
        file="diagnostics.py",
        old='        "login": veil.hide("user_id", entry.unique_id),',
        new='        "login": entry.unique_id,',
        test="test_diagnostics.py::test_whole_file",
    ),
    Mutation(
        rule=6,
        name="repairs are named after locks",
        file="account.py",
        old="        return self._notebook.number(thing)",
        new="        return thing",
        test="test_diagnostics.py::test_whole_file",
    ),
    Mutation(
        rule=6,
        name="an attribute names a user by its id",
        file="history/people.py",
        old="        return self._names.get(user_id)",
        new="        return self._names.get(user_id, user_id)",
        test="test_push.py::test_who_did_it",
    ),
    Mutation(
        rule=6,
        name="models show access tokens",
        file="cloud/models/people.py",
        old="    access_token: str | None = field(default=None, repr=False)",
        new="    access_token: str | None = field(default=None)",
        test="cloud/models/test_properties.py::test_nothing_hidden_is_shown",
    ),
    Mutation(
        rule=6,
        name="Bluetooth keys are given away unasked",
        file="inventory.py",
        old="        if self._account.options.bluetooth:",
        new="        if self._account.options:",
        test="test_bluetooth_keys.py::test_off_at_first",
    ),
    Mutation(
        rule=6,
        name="models show Bluetooth keys",
        file="cloud/models/keys.py",
        old="    key: str | None = field(default=None, repr=False)",
        new="    key: str | None = field(default=None)",
        test="cloud/models/test_properties.py::test_nothing_hidden_is_shown",
    ),
)
