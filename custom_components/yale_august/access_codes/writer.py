"""What is sent to one lock: decided by the engine, with the digits at hand, journaled, sent once."""

from collections.abc import Collection
import logging

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from custom_components.yale_august.cloud.errors import (
    ApiKeyInvalid,
    CloudError,
    LoginExpired,
)
from custom_components.yale_august.cloud.models import Pin, PinAction, PinCommand
from custom_components.yale_august.codes.commands import command
from custom_components.yale_august.codes.engine import (
    TAKEN,
    Answer,
    Verdict,
    begin,
    give_up,
    need_digits,
    take_answer,
)
from custom_components.yale_august.codes.plan import pick
from custom_components.yale_august.codes.recognition import UNSEEN
from custom_components.yale_august.codes.records import Code, Reason
from custom_components.yale_august.codes.sighting import Listing, uses
from custom_components.yale_august.rights import Needs, Right

from .answers import answer_of, barrier_of
from .ledger import Ledger
from .needs import Office, Unreadable

_LOGGER = logging.getLogger(__name__)


class Writer:
    """Sends the writes that the codes of one lock need, one after the other."""

    def __init__(
        self, hass: HomeAssistant, entry: ConfigEntry, office: Office, ledger: Ledger
    ) -> None:
        """Nothing is sent yet."""
        self._hass = hass
        self._entry = entry
        self._office = office
        self._ledger = ledger
        self.barrier: Reason | None = None
        """Why the cloud takes no codes from this login, once it has said so."""

    async def async_act(self, seen: Listing) -> bool:
        """Send the next write, if there is one; return whether the cloud may have taken it."""
        if self._ledger.lock.writing.locked():
            return False
        waiting: set[str] = set()
        while (due := self._pick(seen, waiting)) is not None:
            code, action = due
            if action is PinAction.LOAD or code.change:
                try:
                    is_ready = await self._async_prepare(code, seen)
                except Unreadable:
                    waiting.add(code.guest_id)
                    continue
                if not is_ready:
                    continue
            return await self._async_send(code, action, seen)
        return False

    def _pick(
        self, seen: Listing, waiting: Collection[str]
    ) -> tuple[Code, PinAction] | None:
        ledger = self._ledger
        return pick(ledger.codes.values(), ledger.sights(seen), seen, waiting)

    def _pin(self, code: Code, seen: Listing) -> Pin | None:
        return self._ledger.sights(seen).get(code.guest_id, UNSEEN).pin

    def _is_still(self, code: Code) -> bool:
        """Return whether a code is what it was."""
        return self._ledger.codes.get(code.guest_id) is code

    async def _async_prepare(self, code: Code, seen: Listing) -> bool:
        """Have the digits at hand; False when the code is not what it was."""
        ledger = self._ledger
        digits = ledger.digits.get(code.guest_id)
        pin = self._pin(code, seen)
        if digits is None and code.change and not code.fresh and pin is not None:
            digits = pin.pin
        if digits is None:
            digits = await self._office.async_find_digits(code)
        if not self._is_still(code):
            return False
        if digits is None:
            new = need_digits(code)
        elif uses(seen, digits, pin):
            new = give_up(code, Reason.CODE_IN_USE)
        else:
            ledger.digits[code.guest_id] = digits
            return True
        ledger.keep(new)
        await ledger.async_publish()
        return False

    async def _async_send(self, code: Code, action: PinAction, seen: Listing) -> bool:
        """Journal a write, send it once, take the answer."""
        ledger = self._ledger
        guest = self._office.store.guests[code.guest_id]
        pin, digits = self._pin(code, seen), ledger.digits.get(code.guest_id)
        write = command(code, guest, action, pin, digits)
        webhook = await self._office.async_posting_address()
        if not self._is_still(code) or ledger.lock.writing.locked():
            return False
        if write is None:
            ledger.keep(give_up(code, Reason.INVALID))
            await ledger.async_publish()
            return False
        begun = begin(
            code, action, dt_util.utcnow(), ledger.pace.times, guest=guest, seen=seen
        )
        ledger.keep(begun)
        await ledger.async_publish()
        if self._hass.is_stopping:
            return False
        if self._is_still(begun):
            answer = await self._async_write(write, webhook)
        else:
            # The person has changed their mind while it was written down.
            answer = Answer(verdict=Verdict.NOT_SENT)
        now = ledger.codes.get(code.guest_id)
        if now is not None and now.step is not None and begun.step is not None:
            if now.step.sent_at == begun.step.sent_at:
                ledger.keep(take_answer(now, answer))
        await ledger.async_publish()
        return answer.verdict is not Verdict.NOT_SENT

    async def _async_write(self, write: PinCommand, webhook: str | None) -> Answer:
        lock = self._ledger.lock
        try:
            with Needs(self._hass, self._entry, Right.WRITE_CODES):
                await lock.account.client.write_pins(
                    lock.lock_id, [write], webhook=webhook
                )
        except CloudError as err:
            _LOGGER.debug("A code was not taken: %s", err)
            if isinstance(err, LoginExpired | ApiKeyInvalid):
                lock.account.note_failure(err)
            self.barrier = barrier_of(err)
            return answer_of(err)
        self.barrier = None
        return TAKEN
