"""The houses of the demo; names of strange locks say what is strange about them."""

from itertools import islice

from tests.simulator.simulator import Simulator
from tests.simulator.variants import VARIANTS

HOME = "Maple Street"
COTTAGE = "Lake Cottage"
FARM = "Old Farm"

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
    (FARM, "Summer House (remote adapter)", "remote_adapter"),
    (FARM, "Stable (door sensor not set up)", "doorsense_init"),
    (FARM, "Pantry (door sensor off)", "doorsense_disabled"),
    (FARM, "Loft (never heard of)", "no_status"),
    (FARM, "Tool Shed (last contact failed)", "failed_contact"),
    (FARM, "Barn (bridge offline)", "bridge_offline"),
    (FARM, "Greenhouse (does not answer)", "wedged"),
    (FARM, "Chapel (Shabbat mode)", "shabbat"),
    (FARM, "Attic (no bridge)", "offline"),
    (FARM, "Alarm Hub", "hub_in_list"),
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
