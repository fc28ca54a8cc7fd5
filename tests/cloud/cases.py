"""Operations on locks and their PINs: calls, and what must arrive of them."""

from functools import partial

from custom_components.yale_august.cloud import routes
from custom_components.yale_august.cloud.client import Client
from custom_components.yale_august.cloud.models import (
    BoltState,
    Command,
    DoorState,
    ExtendedFunction,
    Mode,
    NotificationType,
    OperateVersion,
    PinState,
    Role,
)

from .case import ASYNC, DELETE, LOAD, PIN, SUCCESS, SYNC, Case
from .desk import LOCK, OTHER, USER

LOCK_CASES = [
    Case(
        name="get_lock",
        route=routes.GET_LOCK,
        call=lambda c: c.get_lock(LOCK),
        path=f"/locks/{LOCK}",
        answer=f'{{"LockID":"{LOCK}","LockName":"Front"}}',
        check=lambda found: found.name == "Front",
    ),
    Case(
        name="get_offline_keys",
        route=routes.GET_LOCK,
        call=lambda c: c.get_offline_keys(LOCK),
        path=f"/locks/{LOCK}",
        answer=f'{{"LockID":"{LOCK}","OfflineKeys":{{"loaded":[{{"slot":2}}]}}}}',
        check=lambda found: found == (),
    ),
    Case(
        name="delete_lock",
        route=routes.DELETE_LOCK,
        call=lambda c: c.delete_lock(LOCK, soft=False),
        path=f"/locks/{LOCK}",
        query={"soft": "0"},
        answer=SUCCESS,
    ),
    Case(
        name="delete_lock_soft",
        route=routes.DELETE_LOCK,
        call=lambda c: c.delete_lock(LOCK, soft=True),
        path=f"/locks/{LOCK}",
        query={"soft": "1"},
        answer=SUCCESS,
    ),
    Case(
        name="transfer_pin",
        route=routes.TRANSFER_PIN,
        call=lambda c: c.transfer_pin(LOCK, USER, OTHER),
        path=f"/locks/{LOCK}/pins/transfer",
        body={"oldUserID": USER, "newUserID": OTHER},
        answer=SUCCESS,
    ),
    Case(
        name="add_user",
        route=routes.ADD_USER,
        call=lambda c: c.add_user(LOCK, OTHER, Role.MANAGER),
        path=f"/locks/adduser/{LOCK}/{OTHER}/manager",
        answer=SUCCESS,
        check=lambda found: found.invited_user_id is None,
    ),
    Case(
        name="add_user_all",
        route=routes.ADD_USER,
        call=lambda c: c.add_user(
            LOCK,
            "phone:+49 12?y#z",
            Role.SUPERUSER,
            name="Ann",
            is_updating_permissions=True,
            return_invited=False,
        ),
        path=f"/locks/adduser/{LOCK}/phone%3A%2B49%2012%3Fy%23z/superuser",
        body={
            "Name": "Ann",
            "options": {"isUpdatingPermissions": True},
            "returnInvited": False,
        },
        answer=SUCCESS,
    ),
    Case(
        name="add_user_null_name",
        route=routes.ADD_USER,
        call=lambda c: c.add_user(LOCK, OTHER, Role.USER, name=None),
        path=f"/locks/adduser/{LOCK}/{OTHER}/user",
        body={"Name": None},
        answer="",
    ),
    Case(
        name="set_user_type",
        route=routes.SET_USER_TYPE,
        call=lambda c: c.set_user_type(LOCK, OTHER, Role.USER),
        path=f"/locks/{LOCK}/{OTHER}/user",
        answer="",
    ),
    Case(
        name="get_pins",
        route=routes.GET_PINS,
        call=lambda c: c.get_pins(LOCK),
        path=f"/locks/{LOCK}/pins",
        answer='{"loaded":[{"_id":"p1","pin":"482913"}]}',
        check=lambda found: found.groups[PinState.LOADED][0].pin_id == "p1",
    ),
    Case(
        name="write_pins",
        route=routes.WRITE_PINS,
        call=lambda c: c.write_pins(LOCK, [LOAD, DELETE]),
        path=f"/locks/{LOCK}/pins",
        body={
            "commands": [
                {
                    "action": "load",
                    "pin": PIN,
                    "accessType": "always",
                    "firstName": "Ann",
                    "lastName": "",
                    "partnerUserID": "ha-1",
                },
                {
                    "action": "delete",
                    "accessType": "always",
                    "partnerUserID": "ha-1",
                },
            ]
        },
        answer='{"message":"success","transactionID":"t1"}',
        check=lambda found: found.transaction_id == "t1",
    ),
    Case(
        name="write_pins_webhook",
        route=routes.WRITE_PINS,
        call=lambda c: c.write_pins(LOCK, [DELETE], webhook="http://home.example/x"),
        path=f"/locks/{LOCK}/pins",
        body={
            "commands": [
                {
                    "action": "delete",
                    "accessType": "always",
                    "partnerUserID": "ha-1",
                }
            ],
            "webhook": "http://home.example/x",
        },
        answer="",
        check=lambda found: found.transaction_id is None,
    ),
    Case(
        name="reserve_pin",
        route=routes.RESERVE_PIN,
        call=lambda c: c.reserve_pin(LOCK),
        path=f"/locks/{LOCK}/pin",
        answer=f'{{"pin":"{PIN}","slot":7}}',
        check=lambda found: (found.pin, found.slot) == (PIN, 7),
    ),
    Case(
        name="get_master_pin",
        route=routes.GET_MASTER_PIN,
        call=lambda c: c.get_master_pin(LOCK),
        path=f"/locks/{LOCK}/masterpin",
        answer=f'{{"_id":"m","pin":"{PIN}"}}',
        check=lambda found: found.pin == PIN,
    ),
    Case(
        name="set_master_pin",
        route=routes.SET_MASTER_PIN,
        call=lambda c: c.set_master_pin(LOCK, PIN),
        path=f"/locks/{LOCK}/masterpin",
        body={"pin": PIN},
        answer=SUCCESS,
    ),
    Case(
        name="set_master_pin_webhook",
        route=routes.SET_MASTER_PIN,
        call=lambda c: c.set_master_pin(LOCK, PIN, webhook="https://home.example/x"),
        path=f"/locks/{LOCK}/masterpin",
        body={"pin": PIN, "webhook": "https://home.example/x"},
        answer=SUCCESS,
    ),
    *(
        Case(
            name=f"remote_operate_{command.value}",
            route=routes.REMOTE_OPERATE,
            call=partial(Client.remote_operate, lock_id=LOCK, command=command),
            path=f"/remoteoperate/{LOCK}/{command.value}",
            query=SYNC,
            answer='{"status":"kAugLockState_Locked","doorState":"kAugDoorState_Closed"}',
            check=lambda found: (
                (found.accepted, found.bolt, found.door)
                == (False, BoltState.LOCKED, DoorState.CLOSED)
            ),
        )
        for command in Command
        if command is not Command.EXTENDED_FUNCTION
    ),
    Case(
        name="remote_operate_async",
        route=routes.REMOTE_OPERATE,
        call=lambda c: c.remote_operate(LOCK, Command.LOCK, mode=Mode.ASYNC),
        path=f"/remoteoperate/{LOCK}/lock",
        query=ASYNC,
        answer="",
        check=lambda found: found.accepted and found.bolt is BoltState.UNKNOWN,
    ),
    Case(
        name="remote_operate_all",
        route=routes.REMOTE_OPERATE,
        call=lambda c: c.remote_operate(
            LOCK,
            Command.STATUS,
            mode=Mode.ASYNC,
            retry_limit=3,
            persistent=True,
            wake=True,
            notification_type=NotificationType.WEBSOCKET,
            webhook={"url": "https://home.example/x"},
        ),
        path=f"/remoteoperate/{LOCK}/status",
        query={
            **ASYNC,
            "retryLimit": "3",
            "connection": "persistent",
            "intent": "wakeup",
            "notificationType": "websocket",
        },
        body={"webhook": {"url": "https://home.example/x"}},
        answer="",
    ),
    Case(
        name="remote_operate_null_webhook",
        route=routes.REMOTE_OPERATE,
        call=lambda c: c.remote_operate(
            LOCK,
            Command.EXTENDED_FUNCTION,
            extended_function=ExtendedFunction(
                function="vacationMode", parameters={"on": True}
            ),
            webhook=None,
        ),
        path=f"/remoteoperate/{LOCK}/extendedfunction",
        query=SYNC,
        body={
            "extendedfunction": {
                "function": "vacationMode",
                "parameters": {"on": True},
            },
            "webhook": None,
        },
    ),
    Case(
        name="remote_operate_v2",
        route=routes.REMOTE_OPERATE_V2,
        call=lambda c: c.remote_operate(
            LOCK,
            Command.UNLATCH,
            version=OperateVersion.V2,
            notification_type=NotificationType.PUBNUB,
        ),
        path=f"/remoteoperate/{LOCK}/unlatch",
        query={**SYNC, "notificationType": "pubnub"},
    ),
    Case(
        name="get_capabilities",
        route=routes.GET_CAPABILITIES,
        call=lambda c: c.get_capabilities(),
        path="/devices/capabilities",
        check=lambda found: found.lock is None,
    ),
    Case(
        name="get_capabilities_all",
        route=routes.GET_CAPABILITIES,
        call=lambda c: c.get_capabilities(
            udid="u",
            hid="h",
            hhid="hh",
            top_level_host=True,
            device_type="lock",
            device_id="d",
            serial_number="A B&C=D",
            product_id=0,
            product_type_id=12,
            check_for_setup=False,
        ),
        path="/devices/capabilities",
        query={
            "udID": "u",
            "hID": "h",
            "hhID": "hh",
            "topLevelHost": "true",
            "deviceType": "lock",
            "deviceID": "d",
            "serialNumber": "A B&C=D",
            "productID": "0",
            "productTypeID": "12",
            "checkForSetup": "false",
        },
        answer='{"lock":{"unlatch":true}}',
        check=lambda found: found.lock.unlatch is True,
    ),
]
