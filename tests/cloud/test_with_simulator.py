"""The client against the simulated cloud, which was written without knowing it."""

import asyncio
from collections.abc import AsyncGenerator
import json
from typing import override
from uuid import uuid4

import aiohttp
import pytest
from yarl import URL

from custom_components.yale_august.cloud import brand as brands, errors
from custom_components.yale_august.cloud.auth import (
    SubUserTokens,
    TokenSource,
    token_claims,
)
from custom_components.yale_august.cloud.budget import Budget
from custom_components.yale_august.cloud.client import Client
from custom_components.yale_august.cloud.models import (
    AccessType,
    BoltState,
    Command,
    DoorState,
    ExtendedFunction,
    Mode,
    OperateVersion,
    PinAction,
    PinCommand,
    PinState,
    PushMessage,
    Role,
    Topic,
    Webhook,
)
from custom_components.yale_august.cloud.push import Pace, PushStream
from custom_components.yale_august.cloud.transport import Transport
from tests.simulator import Bolt, Brand, Fail, Hang, Lock, Reset, Simulator
from tests.simulator.accounts import User

YALE = brands.Brand.YALE


class Tokens(TokenSource):
    """Tokens that the simulator hands out."""

    def __init__(
        self, cloud: Simulator, user: User | None = None, brand: Brand = Brand.YALE
    ) -> None:
        """Log in."""
        self._cloud, self._user, self._brand = cloud, user, brand
        self._token = self._log_in()

    def _log_in(self) -> str:
        return str(self._cloud.authorize(self._user, self._brand)["access_token"])

    @override
    async def access_token(self) -> str:
        return self._token

    @override
    async def renew(self, refused: str) -> str:
        if refused == self._token:
            self._token = self._log_in()
        return self._token


def client_for(
    session: aiohttp.ClientSession,
    cloud: Simulator,
    brand: brands.Brand = YALE,
    tokens: TokenSource | None = None,
) -> Client:
    """Return a client of the simulated cloud."""
    theirs = Brand(brand.value)
    transport = Transport(
        session,
        brands.endpoints(brand, URL(cloud.url)),
        cloud.key(theirs).value,
        tokens or Tokens(cloud, brand=theirs),
    )
    return Client(transport, Budget())


@pytest.fixture
async def cloud(socket_enabled: None) -> AsyncGenerator[Simulator]:
    """Return a simulated cloud, to which nothing may be sent that is not listed."""
    async with Simulator(speed=200) as cloud:
        yield cloud
        assert cloud.violations == []


@pytest.fixture
def lock(cloud: Simulator) -> Lock:
    """Return a lock with all that a lock can have to do with codes."""
    return cloud.add_lock("keypad", name="Front")


@pytest.mark.parametrize("brand", brands.Brand)
async def test_every_operation(
    session: aiohttp.ClientSession,
    cloud: Simulator,
    lock: Lock,
    brand: brands.Brand,
) -> None:
    """All of them in one sitting; what they change, they change."""
    client = client_for(session, cloud, brand)
    lock_id = lock.lock_id

    [listed] = await client.get_locks()
    assert (listed.lock_id, listed.name, listed.role) == (
        lock_id,
        "Front",
        Role.SUPERUSER,
    )
    detail = await client.get_lock(lock_id)
    assert detail.lock_id == lock_id
    assert detail.remote_path
    status = await client.get_lock_status(lock_id)
    assert detail.status is not None
    assert status.bolt is detail.status.bolt is not BoltState.UNKNOWN
    assert status.door is DoorState.CLOSED
    assert (await client.find_capabilities(lock_id, detail.serial_number)) is not None
    [house] = await client.get_houses()
    assert house.house_id is not None
    [same] = await client.get_houses(
        house_id=house.house_id, hide_integration_mode=False, client_serial="s"
    )
    assert same == house
    assert (await client.get_house(house.house_id)).lock_ids == (lock_id,)
    await client.get_guests(house.house_id, merge_duplicates=True)

    for command, bolt in ((Command.UNLOCK, Bolt.UNLOCKED), (Command.LOCK, Bolt.LOCKED)):
        operation = await client.remote_operate(lock_id, command)
        assert not operation.accepted
        await cloud.settle()
        assert lock.bolt is bolt
    operation = await client.remote_operate(
        lock_id, Command.UNLOCK, mode=Mode.ASYNC, persistent=True
    )
    assert operation.accepted
    await cloud.settle()
    assert lock.bolt is Bolt.UNLOCKED
    await client.remote_operate(lock_id, Command.LOCK, version=OperateVersion.V2)
    await client.remote_operate(lock_id, Command.STATUS, wake=True, mode=Mode.ASYNC)
    await cloud.settle()
    await client.remote_operate(
        lock_id,
        Command.EXTENDED_FUNCTION,
        extended_function=ExtendedFunction(function="vacationMode"),
        webhook=None,
    )
    await cloud.settle()
    assert len(await client.get_activities(house.house_id, limit=100)) >= 3

    reserved = await client.reserve_pin(lock_id)
    assert reserved.pin is not None
    load = PinCommand(
        action=PinAction.LOAD,
        access_type=AccessType.ALWAYS,
        pin=reserved.pin,
        partner_user_id="ha-1",
        first_name="Ann",
        last_name="Lee",
    )
    await client.write_pins(lock_id, [load])
    await cloud.settle()
    [pin] = (await client.get_pins(lock_id)).groups[PinState.LOADED]
    assert pin.pin == reserved.pin
    assert pin.user_id is not None
    with pytest.raises(errors.Conflict):
        await client.write_pins(lock_id, [load])
    other = (
        await client.create_sub_user(
            partner_user_id="ha-2", first_name="Bob", last_name="Lee"
        )
    ).user_id
    assert other is not None
    await client.add_user(
        lock_id,
        other,
        Role.USER,
        name=None,
        is_updating_permissions=False,
        return_invited=True,
    )
    await client.set_user_type(lock_id, other, Role.MANAGER)
    await client.transfer_pin(lock_id, pin.user_id, other)
    await cloud.settle()
    [moved] = (await client.get_pins(lock_id)).groups[PinState.LOADED]
    assert moved.user_id == other
    await client.set_master_pin(lock_id, "482913", webhook="https://home.example/x")
    await cloud.settle()
    assert (await client.get_master_pin(lock_id)).pin == "482913"
    # Loading a code for an unknown id makes a sub-user too.
    found = await client.get_sub_users()
    assert {one.partner_user_id for one in found.sub_users} == {"ha-1", "ha-2"}

    client_id = cloud.client(Brand(brand.value)).client_id
    hook = Webhook(
        url="https://home.example/x",
        client_id=client_id,
        topics=(Topic.OPERATION,),
        header="x-proof",
        token="t",
    )
    await client.register_lock_webhook(lock_id, hook)
    await client.delete_lock_webhook(lock_id, client_id)
    await client.register_user_webhook(
        Webhook(
            url="https://home.example/x",
            client_id=client_id,
            topics=(Topic.LOCK_MEMBERSHIP,),
        )
    )
    await client.delete_user_webhook(client_id)

    subscriber = await client.create_subscriber()
    assert subscriber.subscriber_id is not None
    assert await client.get_subscriber(subscriber.subscriber_id) == subscriber
    await client.delete_subscriber(subscriber.subscriber_id)
    with pytest.raises(errors.NotFound):
        await client.get_subscriber(subscriber.subscriber_id)

    await client.delete_lock(lock_id, soft=True)
    await client.delete_lock(lock_id, soft=False)
    assert await client.get_locks() == ()
    install_id = token_claims(await client.transport.tokens.access_token()).install_id
    assert install_id is not None
    await client.log_out(apns_device_id=uuid4(), install_id=install_id)
    assert {seen.brand for seen in cloud.requests} == {Brand(brand.value)}


@pytest.mark.parametrize("status", [404, 405])
async def test_addresses_that_are_wrong(
    session: aiohttp.ClientSession, cloud: Simulator, lock: Lock, status: int
) -> None:
    """The five say so in their own error."""
    cloud.options.unverified_routes = status  # type: ignore[assignment]
    client = client_for(session, cloud)
    user, other = str(uuid4()), str(uuid4())
    calls = [
        client.transfer_pin(lock.lock_id, user, other),
        client.set_user_type(lock.lock_id, other, Role.USER),
        client.get_master_pin(lock.lock_id),
        client.set_master_pin(lock.lock_id, "482913"),
        client.log_out(apns_device_id=user, install_id=other),
    ]
    for call in calls:
        with pytest.raises(errors.OperationNotOffered):
            await call


@pytest.mark.parametrize("brand", brands.Brand)
async def test_a_key_of_the_other_brand(
    session: aiohttp.ClientSession,
    cloud: Simulator,
    lock: Lock,
    brand: brands.Brand,
) -> None:
    """It is not valid here, and that is no matter of the login."""
    theirs = Brand(brand.value)
    other = next(one for one in Brand if one is not theirs)
    client = Client(
        Transport(
            session,
            brands.endpoints(brand, URL(cloud.url)),
            cloud.key(other).value,
            Tokens(cloud, brand=theirs),
        ),
        Budget(),
    )
    with pytest.raises(errors.ApiKeyInvalid):
        await client.get_lock(lock.lock_id)


async def test_what_the_key_and_the_user_may_not(
    session: aiohttp.ClientSession, cloud: Simulator, lock: Lock
) -> None:
    """A key without the operation, a user without the role."""
    key = cloud.key()
    key.endpoints.discard("get_pins")
    with pytest.raises(errors.EndpointNotAllowed):
        await client_for(session, cloud).get_pins(lock.lock_id)
    owner = client_for(session, cloud)
    tokens = SubUserTokens(owner, "ha-1", "Ann", "Lee")
    guest = client_for(session, cloud, tokens=tokens)
    assert await guest.get_locks() == ()
    made = await owner.create_sub_user(
        partner_user_id="ha-1", first_name="Ann", last_name="Lee"
    )
    assert made.user_id is not None
    await owner.add_user(lock.lock_id, made.user_id, Role.USER)
    assert [one.role for one in await guest.get_locks()] == [Role.USER]
    with pytest.raises(errors.RoleMissing):
        await guest.write_pins(
            lock.lock_id,
            [
                PinCommand(
                    action=PinAction.DELETE,
                    access_type=AccessType.ALWAYS,
                    partner_user_id="x",
                )
            ],
        )


async def test_a_token_that_has_run_out(
    session: aiohttp.ClientSession, cloud: Simulator, lock: Lock
) -> None:
    """The command goes out again with the new one, and the bolt moves once."""
    client = client_for(session, cloud)
    await client.get_locks()
    cloud.faults.expire_tokens()
    await client.remote_operate(lock.lock_id, Command.UNLOCK)
    await cloud.settle()
    assert [
        seen.status for seen in cloud.requests if seen.operation != "get_locks"
    ] == [
        401,
        200,
    ]
    assert [moved.kind for moved in cloud.record] == [Bolt.UNLOCKED]


@pytest.mark.parametrize("kept_alive", [False, True])
@pytest.mark.parametrize(
    "fault",
    [
        Reset(acts=True),
        Hang(0.2, acts=True),
        Fail(502, "html", acts=True),
        Fail(504, "empty", acts=True),
    ],
)
async def test_a_door_moves_once(
    session: aiohttp.ClientSession,
    cloud: Simulator,
    lock: Lock,
    fault: Reset | Hang | Fail,
    kept_alive: bool,
) -> None:
    """The answer is lost after the bolt moved: unknown, and not a second time."""
    client = client_for(session, cloud)
    if kept_alive:
        await client.get_locks()
    cloud.faults.add("remote_operate", fault, times=None)
    with pytest.raises(errors.OutcomeUnknown) as caught:
        await client.remote_operate(lock.lock_id, Command.UNLOCK, timeout=5)
    await cloud.settle()
    assert caught.value.acted is errors.Acted.MAYBE
    assert cloud.requests.count("remote_operate") == 1
    assert [moved.kind for moved in cloud.record] == [Bolt.UNLOCKED]


@pytest.mark.parametrize(
    ("trouble", "kind"),
    [
        ("jam", errors.Jammed),
        ("bridge_offline", errors.BridgeOffline),
    ],
)
async def test_a_lock_that_cannot(
    session: aiohttp.ClientSession,
    cloud: Simulator,
    lock: Lock,
    trouble: str,
    kind: type[errors.DeviceError],
) -> None:
    """The lock's own reason, not the cloud's."""
    result = getattr(cloud.faults, trouble)(lock)
    if asyncio.iscoroutine(result):
        await result
    with pytest.raises(kind):
        await client_for(session, cloud).remote_operate(lock.lock_id, Command.UNLOCK)


async def test_push(
    session: aiohttp.ClientSession, cloud: Simulator, lock: Lock
) -> None:
    """Messages of a command and of a hand, through all that happens to a socket."""
    client = client_for(session, cloud)
    messages: list[PushMessage] = []
    ups: list[None] = []
    stream = PushStream(
        client,
        on_message=messages.append,
        on_connected=lambda: ups.append(None),
        on_disconnected=lambda _: None,
        pace=Pace(first=0.01, longest=0.05, connect=2, close=0.5),
    )
    task = asyncio.create_task(stream.run())

    async def heard(turn: int) -> None:
        async with asyncio.timeout(10):
            while len(ups) < turn:
                await asyncio.sleep(0.005)
            messages.clear()
            await cloud.hands.unlock(lock)
            await cloud.hands.lock(lock)
            while not messages or messages[-1].bolt is not BoltState.LOCKED:
                await asyncio.sleep(0.005)
        assert {message.lock_id for message in messages} == {lock.lock_id}

    await heard(1)
    await cloud.faults.drop_sockets()
    await heard(2)
    cloud.faults.expire_tokens()
    await cloud.faults.drop_sockets()
    await heard(3)
    await cloud.faults.disconnect_namespace()
    await heard(4)
    cloud.faults.refuse_handshakes(3)
    await cloud.faults.drop_sockets()
    await heard(5)
    cloud.faults.forget_subscribers()
    await cloud.faults.drop_sockets()
    await heard(6)
    await client.remote_operate(lock.lock_id, Command.UNLOCK, mode=Mode.ASYNC)
    async with asyncio.timeout(10):
        while messages[-1].bolt is not BoltState.UNLOCKED:
            await asyncio.sleep(0.005)
    await stream.close()
    await task
    await cloud.settle()
    assert cloud.sockets == ()
    assert cloud.subscribers == ()
    assert json.dumps(client.budget.dump())
