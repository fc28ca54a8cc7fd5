"""The houses of the demo: doors with names that say what is strange about their locks."""

from itertools import islice

from tests.simulator.simulator import Simulator
from tests.simulator.variants import VARIANTS

HOME = "Maple Street"
COTTAGE = "Lake Cottage"
BENCH = "Test Bench"

# House, name, variant of the simulator. A lock of every shape that the cloud knows.
DOORS = (
    (HOME, "Front Door", "unlatch"),
    (HOME, "Back Door", "keypad"),
    (HOME, "Garage", "no_doorsense"),
    (HOME, "Garden Gate", "connect"),
    (HOME, "Side Door", "secure"),
    (HOME, "Office", "doorman"),
    (HOME, "Cellar", "wa_hub"),
    (COTTAGE, "Cottage", "module"),
    (COTTAGE, "Boathouse", "doorbell_bridge"),
    (COTTAGE, "Sauna", "keypad_localised"),
    (COTTAGE, "Terrace", "linus"),
    (COTTAGE, "Guest Wing", "doorman_sweden"),
    (COTTAGE, "Wood Shed", "first_generation"),
    (COTTAGE, "Jetty", "connect_v2"),
    (BENCH, "Remote Adapter", "remote_adapter"),
    (BENCH, "Door Sensor Never Set Up", "doorsense_init"),
    (BENCH, "Door Sensor Switched Off", "doorsense_disabled"),
    (BENCH, "Never Heard Of", "no_status"),
    (BENCH, "Last Contact Failed", "failed_contact"),
    (BENCH, "Bridge Offline", "bridge_offline"),
    (BENCH, "Lock Does Not Answer", "wedged"),
    (BENCH, "Shabbat Mode", "shabbat"),
    (BENCH, "No Bridge", "offline"),
    (BENCH, "Alarm Hub", "hub_in_list"),
)


def furnish(cloud: Simulator, locks: int | None) -> None:
    """Fill the world with so many locks; None: with those above."""
    wanted = len(DOORS) if locks is None else locks
    for house, name, variant in islice(DOORS, wanted):
        cloud.add_lock(variant, name=name, house=house)
    variants = list(VARIANTS)
    for number in range(wanted - len(DOORS)):
        house = f"House {number // 10 + 1}"
        cloud.add_lock(variants[number % len(variants)], house=house)
