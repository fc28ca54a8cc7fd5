"""Capabilities."""

from dataclasses import fields

import pytest

from custom_components.yale_august.cloud.models import (
    Capabilities,
    ConnectCapabilities,
    DoorbellCapabilities,
    KeypadCapabilities,
    LockCapabilities,
    Problems,
)

from .payloads import CAPABILITIES, Payload, changed, without

LOCK = LockCapabilities(
    unlatch=True,
    door_sense=False,
    secure_mode=True,
    secure_mode_mobile_control=True,
    secure_mode_code_disable=False,
    integrated_keypad=False,
    entry_code_slots=248,
    pin_slot_min=1,
    pin_slot_max=248,
    schedule_per_user=True,
    rfid=True,
    rfid_legacy=False,
    rfid_credential=True,
    rfid_only_access=False,
    rfid_with_code=True,
    fingerprint_credential=False,
    fingerprint_only_access=True,
    delivery_mode=False,
    scheduled_smart_alerts=True,
    standalone=True,
    bluetooth=True,
    integrated_wifi=True,
    magnetometer=False,
    concurrent_ble=2,
    battery_type="AA",
    battery_life=31536000000,
    supported_partners=("one", "two"),
)
EXPECTED = Capabilities(
    lock=LOCK,
    doorbell=DoorbellCapabilities(
        setup_ip="192.0.2.1",
        dock=True,
        floodlight=False,
        can_disable_wired_chime=True,
        power_modes=False,
        image_quality_adjustment=True,
        integrated_bridge=False,
        august_chime=True,
        video_aspect_ratio="4:3",
        video_format_options=("480p", "960p"),
        battery_powered_only=False,
        replaceable_faceplate=True,
        motion_sensitivity_bounds="1-5",
        min_voltage=3300,
        reset_pattern_type="twice",
        installation_instructions_url="https://install.invalid/",
        troubleshooting_url="https://trouble.invalid/",
        type="doorbell",
        wac=True,
    ),
    connect=ConnectCapabilities(
        devices_supported=1,
        setup_types=("ble", "wac"),
        standalone=True,
        qr=False,
        rbs_auth_mechanism=2,
        bridge_not_found_factory_reset=True,
        client_certificate=False,
    ),
    keypad=KeypadCapabilities(
        pin_codes=True,
        key_tags=False,
        fingerprint_credential=True,
        pin_length_min=4,
        pin_length_max=6,
        uses_slots=False,
        standalone=True,
    ),
)


def test_capabilities() -> None:
    """Every field has its place, all that the vendor's page has and those of the wild."""
    problems = Problems()
    assert Capabilities.from_json(CAPABILITIES, problems) == EXPECTED
    assert len(problems) == 0
    assert len(fields(DoorbellCapabilities)) == 19
    assert len(fields(ConnectCapabilities)) == len(fields(KeypadCapabilities)) == 7


@pytest.mark.parametrize("name", ["lock", "doorbell", "connect", "keypad"])
def test_missing_part(name: str) -> None:
    """A part that is missing or empty is not there, and the others are."""
    for payload in (without(CAPABILITIES, name), changed(CAPABILITIES, **{name: {}})):
        found = Capabilities.from_json(payload)
        for part in ("lock", "doorbell", "connect", "keypad"):
            expected = None if part == name else getattr(EXPECTED, part)
            assert getattr(found, part) == expected


def test_each_field_by_itself() -> None:
    """No field is read from the place of another."""
    for part, flags in CAPABILITIES.items():
        whole = getattr(EXPECTED, part)
        for name, value in flags.items():
            found = getattr(Capabilities.from_json({part: {name: value}}), part)
            said = [
                field.name
                for field in fields(found)
                if getattr(found, field.name) not in (None, ())
            ]
            assert len(said) == (value is not None)
            assert all(getattr(found, one) == getattr(whole, one) for one in said)


def test_flags_at_the_top() -> None:
    """The lock's flags may stand without an envelope."""
    assert Capabilities.from_json(CAPABILITIES["lock"]) == Capabilities(lock=LOCK)


def test_as_the_page_has_it() -> None:
    """The page shows two objects without content; they tell nothing."""
    payload: Payload = {"lock": {"hostHardwareLockInfo": {}, "hostLock": {}}}
    assert Capabilities.from_json(payload) == Capabilities(lock=LockCapabilities())


@pytest.mark.parametrize("data", [None, [], {}, {"message": "Device info not found"}])
def test_nothing(data: object) -> None:
    """Nothing is known, and nothing is made up."""
    assert Capabilities.from_json(data) == Capabilities()


@pytest.mark.parametrize("value", [1, 0, "true", "false", None, [], {}])
def test_wrong_types(value: object) -> None:
    """A flag that is no flag says nothing."""
    lock = Capabilities.from_json({"lock": {"unlatch": value, "doorSense": True}}).lock
    assert lock == LockCapabilities(door_sense=True)


@pytest.mark.parametrize(
    ("said", "read"), [(True, True), (False, False), (30, 30), (None, None)]
)
def test_slots_are_counted_or_not(said: object, read: object) -> None:
    """The cloud tells how many codes a lock holds, or only that it does."""
    problems = Problems()
    found = Capabilities.from_json({"lock": {"entryCodeSlots": said}}, problems)
    assert found.lock is not None
    assert found.lock.entry_code_slots == read
    assert not problems
