"""Operations on people, houses, the login, push and webhooks, and their requests."""

from custom_components.yale_august.cloud import routes
from custom_components.yale_august.cloud.models import BoltState, Role

from .case import HOOK, HOOK_JSON, SUBSCRIBER, Case
from .desk import HOUSE, LOCK, OTHER, USER

ACCOUNT_CASES = [
    Case(
        name="get_houses",
        route=routes.GET_HOUSES,
        call=lambda c: c.get_houses(),
        path="/users/houses/mine",
        answer="[]",
        check=lambda found: found == (),
    ),
    Case(
        name="get_houses_all",
        route=routes.GET_HOUSES,
        call=lambda c: c.get_houses(
            house_id=HOUSE, hide_integration_mode=True, client_serial="s1"
        ),
        path="/users/houses/mine",
        query={"houseID": HOUSE, "hideIntegrationMode": "true", "clientSerial": "s1"},
        answer=f'{{"houses":[{{"HouseID":"{HOUSE}","HouseName":"Home"}}]}}',
        check=lambda found: found[0].name == "Home",
    ),
    Case(
        name="log_out",
        route=routes.LOG_OUT,
        call=lambda c: c.log_out(apns_device_id=USER, install_id=OTHER),
        path="/users/logout",
        body={"apnsDeviceID": USER, "installID": OTHER},
        answer="null",
        check=lambda found: found is None,
    ),
    Case(
        name="create_sub_user",
        route=routes.CREATE_SUB_USER,
        call=lambda c: c.create_sub_user(
            partner_user_id="ha-1", first_name="Ann", last_name="Lee"
        ),
        path="/partners/sub-user",
        body={"partnerUserID": "ha-1", "firstName": "Ann", "lastName": "Lee"},
        answer='{"access_token":"t","userID":"u","userCreated":true}',
        check=lambda found: found.access_token == "t" and found.created,
    ),
    Case(
        name="get_house",
        route=routes.GET_HOUSE,
        call=lambda c: c.get_house(HOUSE),
        path=f"/houses/{HOUSE}",
        answer='{"HouseName":"Home"}',
        check=lambda found: found.name == "Home",
    ),
    Case(
        name="create_subscriber",
        route=routes.CREATE_SUBSCRIBER,
        call=lambda c: c.create_subscriber(),
        path="/websocket/subscribers",
        body={"scopes": ["lock"]},
        answer=SUBSCRIBER,
        check=lambda found: found.subscriber_id == "sub1",
    ),
    Case(
        name="get_subscriber",
        route=routes.GET_SUBSCRIBER,
        call=lambda c: c.get_subscriber("s+ä"),
        path="/websocket/subscribers/s%2B%C3%A4",
        answer=SUBSCRIBER,
        check=lambda found: found.scopes == ("lock",),
    ),
    Case(
        name="delete_subscriber",
        route=routes.DELETE_SUBSCRIBER,
        call=lambda c: c.delete_subscriber("sub1"),
        path="/websocket/subscribers/sub1",
        answer="",
    ),
    Case(
        name="get_locks",
        route=routes.GET_LOCKS,
        call=lambda c: c.get_locks(),
        path="/users/locks/mine",
        answer=f'{{"{LOCK}":{{"LockName":"Front","UserType":"user"}}}}',
        check=lambda found: (found[0].lock_id, found[0].role) == (LOCK, Role.USER),
    ),
    Case(
        name="get_lock_status",
        route=routes.GET_LOCK_STATUS,
        call=lambda c: c.get_lock_status(LOCK),
        path=f"/locks/{LOCK}/status",
        answer='{"status":"unlocked"}',
        check=lambda found: found.bolt is BoltState.UNLOCKED,
    ),
    Case(
        name="get_sub_users",
        route=routes.GET_SUB_USERS,
        call=lambda c: c.get_sub_users(page=2, page_size=1000),
        path="/partners/sub-user",
        query={"page": "2", "pageSize": "1000"},
        answer='{"totalPages":2}',
        check=lambda found: found.total_pages == 2,
    ),
    Case(
        name="get_guests",
        route=routes.GET_GUESTS,
        call=lambda c: c.get_guests(HOUSE),
        path=f"/houses/{HOUSE}/guestlist",
    ),
    Case(
        name="get_guests_merged",
        route=routes.GET_GUESTS,
        call=lambda c: c.get_guests(HOUSE, merge_duplicates=False),
        path=f"/houses/{HOUSE}/guestlist",
        query={"mergeDuplicates": "false"},
    ),
    Case(
        name="get_activities",
        route=routes.GET_ACTIVITIES,
        call=lambda c: c.get_activities(HOUSE, limit=10),
        path=f"/houses/{HOUSE}/activities",
        query={"limit": "10"},
        answer='{"events":[{"id":"1","action":"lock"}]}',
        check=lambda found: len(found) == 1,
    ),
    Case(
        name="register_lock_webhook",
        route=routes.REGISTER_LOCK_WEBHOOK,
        call=lambda c: c.register_lock_webhook(LOCK, HOOK),
        path=f"/webhook/{LOCK}",
        body=HOOK_JSON,
        answer='{"message":"OK"}',
    ),
    Case(
        name="register_user_webhook",
        route=routes.REGISTER_USER_WEBHOOK,
        call=lambda c: c.register_user_webhook(HOOK),
        path="/webhook/user",
        body=HOOK_JSON,
        answer='{"message":"OK"}',
    ),
    Case(
        name="delete_lock_webhook",
        route=routes.DELETE_LOCK_WEBHOOK,
        call=lambda c: c.delete_lock_webhook(LOCK, "client1"),
        path=f"/webhook/{LOCK}/client1",
        answer="",
    ),
    Case(
        name="delete_user_webhook",
        route=routes.DELETE_USER_WEBHOOK,
        call=lambda c: c.delete_user_webhook("client1"),
        path="/webhook/user/client1",
        answer="",
    ),
]
