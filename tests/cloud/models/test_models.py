"""What all models have in common."""

from dataclasses import FrozenInstanceError, fields, is_dataclass
from enum import Enum
from importlib import import_module
from pkgutil import iter_modules

import pytest

from custom_components.yale_august.cloud import models

from .payloads import LOCK_ID

type LockModel = (
    models.LockDetail
    | models.OperationInfo
    | models.Pin
    | models.PushMessage
    | models.Delivery
)
MODELS = [one for name in models.__all__ if is_dataclass(one := getattr(models, name))]


@pytest.mark.parametrize("model", MODELS)
def test_immutable(model: type) -> None:
    """A model cannot be changed, has no place for more, and is made by names."""
    assert is_dataclass(model)
    assert all(field.kw_only for field in fields(model))
    assert model.__dictoffset__ == 0
    with pytest.raises(FrozenInstanceError):
        setattr(model.__new__(model), fields(model)[0].name, None)


@pytest.mark.parametrize(
    ("model", "name"),
    [
        (models.LockDetail, "LockID"),
        (models.OperationInfo, "lockID"),
        (models.Pin, "lockID"),
        (models.PushMessage, "lockID"),
        (models.Delivery, "LockID"),
    ],
)
def test_lock_id(model: type[LockModel], name: str) -> None:
    """A lock's id has one spelling everywhere, and what cannot be one is none."""
    assert model.from_json({name: LOCK_ID.lower()}).lock_id == LOCK_ID
    assert model.from_json({name: "../me"}).lock_id is None


def test_all_are_here() -> None:
    """Every model and every vocabulary can be had from the package."""
    found = [
        one
        for module in iter_modules(models.__path__)
        for one in vars(import_module(f"{models.__name__}.{module.name}")).values()
        if isinstance(one, type) and one.__module__.startswith(models.__name__)
        if is_dataclass(one) or issubclass(one, Enum)
    ]
    assert {one.__name__ for one in found} <= set(models.__all__)
    assert len(set(found)) > len(MODELS) > 30
