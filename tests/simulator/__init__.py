"""The partner cloud as a real server on this machine, for tests and demos.

Written from the vendor's documentation as our reference keeps it ("reference
12.3"), never from the client: it shares no module with the integration.

    async with Simulator(speed=100, locks=3) as cloud:  # fixture socket_enabled
        front = cloud.lock("Front Door")                # or cloud.locks[0]
        linus = cloud.add_lock("unlatch", name="Terrace")  # variants.VARIANTS
        key, client = cloud.key(Brand.YALE), cloud.client(Brand.YALE)
        tokens = cloud.authorize()                      # as the token endpoint answers
        back = await cloud.sign_in(authorize_url)       # walks the page by HTTP
        ...                                             # the client works on cloud.url

        assert front.bolt is Bolt.UNLOCKED              # the truth at the door
        assert [moved.kind for moved in cloud.record] == [Bolt.UNLOCKED]
        assert cloud.requests.count("remote_operate") == 1
        assert not cloud.violations                     # nothing unlisted was sent
        assert not cloud.sockets and not cloud.subscribers  # nothing was left behind

        await cloud.hands.lock(front)                   # by hand: pushed, in the feed
        await cloud.hands.open_door(front)
        cloud.faults.add("get_lock", Fail(502, "html"), times=3)
        cloud.faults.add("remote_operate", Reset(acts=True), lock=front)
        cloud.faults.lose_messages(1)
        cloud.faults.jam(front)
        await cloud.faults.bridge_offline(linus)
        await cloud.faults.drop_sockets()
        cloud.faults.expire_tokens()
        cloud.locksmith.hold(front)                     # codes stay "created"
        await cloud.settle()                            # all movements are over

`speed` divides all durations of the world (a bolt needs 2.4 s, an attempt
that nothing answers 30 s); the times of faults are real seconds. Choices
where the reference is silent are `cloud.options` and `lock.habits`. For a
process of its own: `python -m tests.simulator --help`, steered through
`control.Control`.
"""

from .credentials import MY_REDIRECT, ApiKey, Client
from .faults import REMOVED, Fail, Hang, Reset, Slow, Truncate
from .lock import Capabilities, Lock
from .records import BoltMovement, SeenRequest, Violation
from .simulator import Options, Simulator
from .variants import VARIANTS
from .words import Bolt, Brand, Cause, Command, Door, Role, Trouble
from .world import demo_world

__all__ = [
    "MY_REDIRECT",
    "REMOVED",
    "VARIANTS",
    "ApiKey",
    "Bolt",
    "BoltMovement",
    "Brand",
    "Capabilities",
    "Cause",
    "Client",
    "Command",
    "Door",
    "Fail",
    "Hang",
    "Lock",
    "Options",
    "Reset",
    "Role",
    "SeenRequest",
    "Simulator",
    "Slow",
    "Trouble",
    "Truncate",
    "Violation",
    "demo_world",
]
