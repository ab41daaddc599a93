"""Rules of `protect` and `exceptions`: a protected stack does not throw data away, or says why it may."""

from collections.abc import Container, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from pydantic.alias_generators import to_snake

from components.config.base import BrokenField
from components.config.environments import KEYWORD_TAGS
from components.config.messages import yaml_text
from components.config.platform import PlatformConfig
from components.config.problems import Problem, key_path
from components.config.types import CapacityType, NatGateways
from components.validation import image_tags
from components.validation.rule import Path, Rule, known


@dataclass(frozen=True)
class Risk:
    """A setting that can lose data or stop the system."""

    key: str
    weak: Container[object]
    safe: object
    consequence: str
    """What the weak values do; completes `false …`."""


RISKS = (
    Risk("network.natGateways", (NatGateways.SINGLE,), "perZone", "cuts off all zones when one of them fails"),
    Risk("cluster.deletionProtection", (False,), True, "lets a destroy delete the cluster"),
    Risk("cluster.nodes.capacityType", (CapacityType.SPOT,), "ON_DEMAND", "lets AWS take back all nodes at once"),
    Risk("database.multiAz", (False,), True, "leaves no standby when a zone fails"),
    Risk("database.deletionProtection", (False,), True, "lets the database be deleted"),
    Risk("database.finalSnapshot", (False,), True, "keeps no copy of a deleted database"),
    Risk("cache.multiAz", (False,), True, "leaves no replica to fail over to"),
    Risk("cache.finalSnapshot", (False,), True, "keeps no copy of a deleted cache"),
    Risk("cache.snapshotRetentionDays", range(7), 7, "keeps backups for less than a week"),
    Risk("storage.forceDestroy", (True,), False, "deletes all objects along with their bucket"),
    Risk("secretsManager.recoveryWindowDays", (0,), 7, "deletes secrets at once and for good"),
)


MOVING_TAG = Risk("imageTag", (), KEYWORD_TAGS[0], "can be another image tomorrow")


def taken(config: PlatformConfig) -> Iterator[tuple[Path, object, Risk]]:
    """Path and value of the settings with which a stack takes a risk, as far as they can be read."""
    for risk in RISKS:
        with suppress(BrokenField):
            value = _read(config, risk.key)
            if value is not None and value in risk.weak:
                yield tuple(risk.key.split(".")), value, risk
    refused = {problem.path for rule in image_tags.RULES for problem in rule(config)}
    for index, tag in known(config.environments, lambda environment: environment.deployment.image_tag):
        path = ("environments", index, "deployment", "imageTag")
        if tag not in KEYWORD_TAGS and path not in refused:
            yield path, tag, MOVING_TAG


def _read(config: PlatformConfig, key: str) -> object:
    """The value at a key path; None in a section that the stack does not have."""
    value: Any = config
    for part in key.split("."):
        value = None if value is None else getattr(value, to_snake(part))
    return value


def risks(config: PlatformConfig) -> Iterator[Problem]:
    """A protected stack takes only the risks for which it states a reason."""
    if not config.protect:
        return
    for path, value, risk in taken(config):
        if key_path(path) not in config.exceptions:
            yield Problem(
                path=path,
                message=f"{yaml_text(value)} {risk.consequence}, and protect is true. Write {yaml_text(risk.safe)}, "
                f"or give the reason in exceptions: `{key_path(path)}: REASON`.",
            )


def exceptions(config: PlatformConfig) -> Iterator[Problem]:
    """An exception is of a risk that the stack takes."""
    keys = {key_path(path) for path, _, _ in taken(config)} if config.protect else set[str]()
    wrong = "is not a setting that takes a risk" if config.protect else "has no effect, because protect is false"
    for key in config.exceptions:
        if key not in keys:
            yield Problem(path=("exceptions", key), message=f"{wrong}. Remove it.")


RULES: tuple[Rule, ...] = (risks, exceptions)
