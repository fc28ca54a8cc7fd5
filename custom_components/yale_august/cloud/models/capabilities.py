"""What devices can do (reference 9)."""

from dataclasses import dataclass
from typing import Self, override

from .json import Fields, Model, boolean


@dataclass(frozen=True, slots=True, kw_only=True)
class LockCapabilities(Model):
    """What a lock can do; None where the cloud does not say."""

    unlatch: bool | None = None
    """Can pull the latch."""
    door_sense: bool | None = None
    """Has a door sensor."""
    secure_mode: bool | None = None
    secure_mode_mobile_control: bool | None = None
    secure_mode_code_disable: bool | None = None
    integrated_keypad: bool | None = None
    entry_code_slots: int | bool | None = None
    """How many codes it holds, or only whether it holds any: the cloud says either."""
    pin_slot_min: int | None = None
    pin_slot_max: int | None = None
    schedule_per_user: bool | None = None
    rfid: bool | None = None
    rfid_legacy: bool | None = None
    rfid_credential: bool | None = None
    rfid_only_access: bool | None = None
    rfid_with_code: bool | None = None
    fingerprint_credential: bool | None = None
    fingerprint_only_access: bool | None = None
    delivery_mode: bool | None = None
    scheduled_smart_alerts: bool | None = None
    standalone: bool | None = None
    bluetooth: bool | None = None
    integrated_wifi: bool | None = None
    magnetometer: bool | None = None
    concurrent_ble: int | None = None
    """How many Bluetooth connections at a time."""
    battery_type: str | None = None
    battery_life: float | None = None
    """Milliseconds."""
    supported_partners: tuple[str, ...] = ()

    @override
    @classmethod
    def read(cls, fields: Fields) -> Self:
        return cls(
            unlatch=fields.boolean("unlatch"),
            door_sense=fields.boolean("doorSense"),
            secure_mode=fields.boolean("supportsSecureMode"),
            secure_mode_mobile_control=fields.boolean(
                "supportsSecureModeMobileControl"
            ),
            secure_mode_code_disable=fields.boolean("supportsSecureModeCodeDisable"),
            integrated_keypad=fields.boolean("integratedKeypad"),
            entry_code_slots=_slots(fields, "entryCodeSlots"),
            pin_slot_min=fields.integer("pinSlotMin"),
            pin_slot_max=fields.integer("pinSlotMax"),
            schedule_per_user=fields.boolean("supportsSchedulePerUser"),
            rfid=fields.boolean("supportsRFID"),
            rfid_legacy=fields.boolean("supportsRFIDLegacy"),
            rfid_credential=fields.boolean("supportsRFIDCredential"),
            rfid_only_access=fields.boolean("supportsRFIDOnlyAccess"),
            rfid_with_code=fields.boolean("supportsRFIDWithCode"),
            fingerprint_credential=fields.boolean("supportsFingerprintCredential"),
            fingerprint_only_access=fields.boolean("supportsFingerprintOnlyAccess"),
            delivery_mode=fields.boolean("supportsDeliveryMode"),
            scheduled_smart_alerts=fields.boolean("scheduledSmartAlerts"),
            standalone=fields.boolean("standalone"),
            bluetooth=fields.boolean("bluetooth"),
            integrated_wifi=fields.boolean("hasIntegratedWiFi"),
            magnetometer=fields.boolean("hasMagnetometer"),
            concurrent_ble=fields.integer("concurrentBLE"),
            battery_type=fields.text("batteryType"),
            battery_life=fields.number("batteryLifeMS"),
            supported_partners=fields.texts("supportedPartners"),
        )


def _slots(fields: Fields, name: str) -> int | bool | None:
    said = boolean(fields.raw(name))
    return fields.integer(name) if said is None else said


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorbellCapabilities(Model):
    """What a doorbell can do, as the vendor's page lists it."""

    setup_ip: str | None = None
    dock: bool | None = None
    floodlight: bool | None = None
    can_disable_wired_chime: bool | None = None
    power_modes: bool | None = None
    image_quality_adjustment: bool | None = None
    integrated_bridge: bool | None = None
    august_chime: bool | None = None
    video_aspect_ratio: str | None = None
    video_format_options: tuple[str, ...] = ()
    battery_powered_only: bool | None = None
    replaceable_faceplate: bool | None = None
    motion_sensitivity_bounds: str | None = None
    min_voltage: float | None = None
    reset_pattern_type: str | None = None
    installation_instructions_url: str | None = None
    troubleshooting_url: str | None = None
    type: str | None = None
    wac: bool | None = None
    """Can be set up by Apple's wireless accessory configuration."""

    @override
    @classmethod
    def read(cls, fields: Fields) -> Self:
        return cls(
            setup_ip=fields.text("setupIP"),
            dock=fields.boolean("hasDock"),
            floodlight=fields.boolean("hasFloodlight"),
            can_disable_wired_chime=fields.boolean("canDisableWiredChime"),
            power_modes=fields.boolean("supportsPowerModes"),
            image_quality_adjustment=fields.boolean("supportsImageQualityAdjustment"),
            integrated_bridge=fields.boolean("hasIntegratedBridge"),
            august_chime=fields.boolean("supportsAugustChime"),
            video_aspect_ratio=fields.text("videoAspectRatio"),
            video_format_options=fields.texts("videoFormatOptions"),
            battery_powered_only=fields.boolean("batteryPoweredOnly"),
            replaceable_faceplate=fields.boolean("hasReplaceableFaceplate"),
            motion_sensitivity_bounds=fields.text("motionSensitivityBounds"),
            min_voltage=fields.number("minVoltage"),
            reset_pattern_type=fields.text("resetPatternType"),
            installation_instructions_url=fields.text("installationInstructionsUrl"),
            troubleshooting_url=fields.text("troubleshootingUrl"),
            type=fields.text("type"),
            wac=fields.boolean("supportsWAC"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectCapabilities(Model):
    """What a Connect bridge can do."""

    devices_supported: int | None = None
    setup_types: tuple[str, ...] = ()
    standalone: bool | None = None
    qr: bool | None = None
    rbs_auth_mechanism: int | None = None
    bridge_not_found_factory_reset: bool | None = None
    client_certificate: bool | None = None

    @override
    @classmethod
    def read(cls, fields: Fields) -> Self:
        return cls(
            devices_supported=fields.integer("numberOfDevicesSupported"),
            setup_types=fields.texts("setupTypeSupported"),
            standalone=fields.boolean("standAlone"),
            qr=fields.boolean("supportsQR"),
            rbs_auth_mechanism=fields.integer("rbsAuthMechanism"),
            bridge_not_found_factory_reset=fields.boolean(
                "supportsBridgeNotFoundFactoryReset"
            ),
            client_certificate=fields.boolean("hasClientCertificate"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class KeypadCapabilities(Model):
    """What a keypad can do."""

    pin_codes: bool | None = None
    key_tags: bool | None = None
    fingerprint_credential: bool | None = None
    pin_length_min: int | None = None
    pin_length_max: int | None = None
    uses_slots: bool | None = None
    standalone: bool | None = None

    @override
    @classmethod
    def read(cls, fields: Fields) -> Self:
        return cls(
            pin_codes=fields.boolean("supportsPinCodes"),
            key_tags=fields.boolean("supportsKeyTags"),
            fingerprint_credential=fields.boolean("supportsFingerprintCredential"),
            pin_length_min=fields.integer("pinLengthMin"),
            pin_length_max=fields.integer("pinLengthMax"),
            uses_slots=fields.boolean("usesSlots"),
            standalone=fields.boolean("isStandAlone"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities(Model):
    """What a device and its parts can do; a part that it does not have is None (reference 9)."""

    lock: LockCapabilities | None = None
    doorbell: DoorbellCapabilities | None = None
    connect: ConnectCapabilities | None = None
    keypad: KeypadCapabilities | None = None

    @override
    @classmethod
    def read(cls, fields: Fields) -> Self:
        lock = fields.part(LockCapabilities, "lock")
        if lock is None:
            # Some answers carry the lock's own flags at the top.
            top = LockCapabilities.read(fields)
            lock = None if top == LockCapabilities() else top
        return cls(
            lock=lock,
            doorbell=fields.part(DoorbellCapabilities, "doorbell"),
            connect=fields.part(ConnectCapabilities, "connect"),
            keypad=fields.part(KeypadCapabilities, "keypad"),
        )
