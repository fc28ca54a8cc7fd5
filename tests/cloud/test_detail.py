"""A lock's detail that is not this lock's."""

import aiohttp
import pytest

from custom_components.yale_august.cloud.errors import UnexpectedAnswer

from .desk import LOCK, Desk, client_of, transport_to

KEY = '{"key":"00112233445566778899AABBCCDDEEFF","slot":1}'


@pytest.mark.parametrize(
    "answer",
    ["{}", '{"code":7}', '{"LockID":"F123456789ABCDEF0123456789ABCDEF","Bridge":{}}'],
)
async def test_detail_of_nothing_is_not_believed(
    session: aiohttp.ClientSession, desk: Desk, answer: str
) -> None:
    """Else the lock would have no bridge, and vanish."""
    desk.reply(200, answer)
    client = client_of(transport_to(session, desk.url))
    with pytest.raises(UnexpectedAnswer):
        await client.get_lock(LOCK)


@pytest.mark.parametrize("found", ["", '"LockID":"F123456789ABCDEF0123456789ABCDEF",'])
async def test_key_of_another_lock(
    session: aiohttp.ClientSession, desk: Desk, found: str
) -> None:
    """A key that is not known to be this lock's is none: it may open another door."""
    desk.reply(200, f'{{{found}"OfflineKeys":{{"loaded":[{KEY}]}}}}')
    client = client_of(transport_to(session, desk.url))
    with pytest.raises(UnexpectedAnswer):
        await client.get_offline_keys(LOCK)


async def test_detail_without_its_own_id_is_believed(
    session: aiohttp.ClientSession, desk: Desk
) -> None:
    """Who asked for one lock and is told of a bridge is told of that lock's."""
    desk.reply(200, '{"Bridge":{"_id":"b","operative":true}}')
    detail = await client_of(transport_to(session, desk.url)).get_lock(LOCK)
    assert detail.remote_path
