"""An administrator who walks through the options in the browser, and reads what they say."""

import re
from typing import Any, Self

from aiohttp.test_utils import TestClient
from homeassistant.config_entries import ConfigEntry

from tests.flows.flows import placeholders, texts

FLOW = "/api/config/config_entries/options/flow"


class OptionsMenu:
    """Walks through the options of an entry over HTTP; every screen is checked against the translations."""

    def __init__(self, browser: TestClient[Any, Any], entry: ConfigEntry) -> None:
        """Sit down."""
        self._browser = browser
        self.entry = entry
        self.screen: dict[str, Any] = {}

    async def open(self, *way: str) -> Self:
        """Open the options and choose from their menus."""
        await self._post(FLOW, {"handler": self.entry.entry_id})
        for option in way:
            await self.choose(option)
        return self

    async def choose(self, option: str) -> Self:
        """Choose from a menu."""
        assert option in self.screen["menu_options"], self.screen
        return await self._go_on({"next_step_id": option})

    async def submit(self, **typed: Any) -> Self:
        """Submit a form; what is not typed is left as suggested."""
        assert self.screen["type"] == "form", self.screen
        values = {}
        for field in self.screen["data_schema"]:
            suggested = (field.get("description") or {}).get("suggested_value")
            if suggested is None:
                suggested = field.get("default")
            if suggested is not None:
                values[field["name"]] = suggested
        assert typed.keys() <= {field["name"] for field in self.screen["data_schema"]}
        return await self._go_on({**values, **typed})

    async def pick(self, field: str, name: str) -> Self:
        """Choose from a form by the name with which a line begins."""
        (value,) = (
            value
            for value, label in self.choices(field).items()
            if label.startswith(f"{name} ·")
        )
        return await self.submit(**{field: value})

    async def pick_code(self, name: str) -> Self:
        """Choose a code from the list of a lock."""
        await self.choose("codes_pick")
        return await self.pick("code", name)

    @property
    def step(self) -> str | None:
        """The step that is shown."""
        return self.screen.get("step_id")

    @property
    def fields(self) -> dict[str, dict[str, Any]]:
        """The fields of the form by their names."""
        return {field["name"]: field for field in self.screen["data_schema"]}

    @property
    def told(self) -> dict[str, str]:
        """What the sentences name, as the browser shows it."""
        told = self.screen.get("description_placeholders") or {}
        return {name: re.sub(r"\\(\W)", r"\1", text) for name, text in told.items()}

    @property
    def error(self) -> str | None:
        """The sentence of the error that is shown."""
        errors = self.screen.get("errors") or {}
        sentences = [
            texts()["options"]["error"][key].format(**self.told)
            for key in errors.values()
        ]
        return sentences[0] if sentences else None

    def choices(self, field: str) -> dict[str, str]:
        """Return the labels of a choice by value."""
        options = self.fields[field]["selector"]["select"]["options"]
        return {option["value"]: option["label"] for option in options}

    async def _go_on(self, values: dict[str, Any]) -> Self:
        return await self._post(f"{FLOW}/{self.screen['flow_id']}", values)

    async def _post(self, path: str, values: dict[str, Any]) -> Self:
        answer = await self._browser.post(path, json=values)
        self.screen = await answer.json()
        assert answer.status == 200, self.screen
        self._check()
        return self

    def _check(self) -> None:
        """Make sure that a screen has all its texts, and the texts all they name."""
        screen, words = self.screen, texts()["options"]
        told = set(self.told)
        match screen["type"]:
            case "form":
                step = words["step"][screen["step_id"]]
                fields = {field["name"] for field in screen["data_schema"]}
                assert fields <= set(step.get("data", {}))
                said = [*step.get("data_description", {}).values()]
                said += [
                    words["error"][key] for key in (screen["errors"] or {}).values()
                ]
                assert set(screen["errors"] or {}) <= {*fields, "base"}
            case "menu":
                step = words["step"][screen["step_id"]]
                assert set(screen["menu_options"]) <= set(step["menu_options"])
                said = [*step["menu_options"].values()]
                # The frontend does not tell the title of a menu anything.
                assert not placeholders(step["title"])
            case "abort":
                step, said = {}, [words["abort"][screen["reason"]]]
            case _:
                return
        said += [step.get("title", ""), step.get("description", "")]
        for text in said:
            assert placeholders(text) <= told, text
