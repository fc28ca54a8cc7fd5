"""The client against the simulated cloud, which was written without knowing it."""

from uuid import uuid4

import aiohttp
import pytest
from yarl import URL

from custom_components.yale_august.cloud import brand as brands, errors
from custom_components.yale_august.cloud.auth import SubUserTokens, token_claims
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
    Role,
    Topic,
    Webhook,
)
from custom_components.yale_august.cloud.transport import Transport
from tests.simulator import Bolt, Brand, Lock, Simulator

from .simulated import Tokens, client_for


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
        with pytest.raises(errors.AddressNotProven):
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
