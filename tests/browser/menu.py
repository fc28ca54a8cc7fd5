"""The menu of access codes in the options, clicked through by an administrator."""

from typing import Final

from playwright.async_api import Locator, expect

from .frontend import Frontend

_PAGE: Final = "/config/integrations/integration/yale_august"


class CodesMenu:
    """One dialog after the other; each begins at the codes of a lock."""

    def __init__(self, frontend: Frontend) -> None:
        """Open nothing yet."""
        self._frontend = frontend
        self.dialog: Locator = frontend.page.locator("dialog-data-entry-flow")

    async def open(self, lock: str) -> None:
        """Go to the codes of a lock; its name may be the beginning of what is shown."""
        await self._frontend.open(_PAGE)
        page = self._frontend.page
        await page.get_by_role("button", name="Configure").first.click()
        await self.choose("Access codes")
        await self.dialog.get_by_text(lock).first.click()
        await self.press("Show the codes")
        await self.at("Add a code")

    async def pick(self, lock: str, guest: str) -> None:
        """Go to the code of a guest on a lock."""
        await self.open(lock)
        await self.choose("Show or change a code")
        await self.dialog.get_by_text(f"{guest} ·").click()
        await self.press("Show")
        await self.at("Back to the list")

    async def do(self, lock: str, guest: str, option: str, *presses: str) -> None:
        """Choose what shall become of a code, and press what is asked then."""
        await self.pick(lock, guest)
        await self.choose(option)
        for button in presses:
            await self.press(button)

    async def add(self, guest: str, lock: str, *more: str) -> None:
        """Give a guest a code that always opens, on several locks."""
        await self.open(lock)
        await self.choose("Add a code")
        name = self.dialog.get_by_role("textbox", name="Name of the guest")
        await name.fill(guest)
        for other in more:
            await self.dialog.get_by_text(other).click()
        await self.dialog.get_by_text("Always", exact=True).click()
        await self.press("Next")
        await self.press("Submit")

    async def choose(self, option: str) -> None:
        """Choose from a menu."""
        await self.dialog.get_by_text(option, exact=True).click()

    async def press(self, button: str) -> None:
        """Press the button of a form."""
        await self.dialog.get_by_role("button", name=button, exact=True).click()

    async def at(self, text: str) -> None:
        """Wait for a screen on which something stands."""
        await expect(self.dialog.get_by_text(text, exact=True)).to_be_visible()
