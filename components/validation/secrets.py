"""Rules of `secrets`: names are unique and not the platform's, and a shared database is not one service's own."""

from collections.abc import Iterator

from components.config.platform import PlatformConfig
from components.config.problems import Problem
from components.environments.plan import EnvironmentPlan
from components.secrets.plan import FIXED_SECRETS
from components.validation.rule import Rule, duplicates, known


def shared_database(config: PlatformConfig) -> Iterator[Problem]:
    """The database that several services share is not also the own database of one."""
    shared = None if config.secrets is None else config.secrets.shared_database
    if shared is None:
        return
    for service in config.services:
        # A service that names its database uses the shared one.
        has_own = service.database is not None and service.database.name is None
        if has_own and shared == service.own_database:
            yield Problem(
                path=("secrets", "sharedDatabase"),
                message=f"{shared} is the database of {service.name}; shared, every service could read it. "
                "Write another name, e.g. shared.",
            )


def names(config: PlatformConfig) -> Iterator[Problem]:
    """Each Secret is listed once, and none is a Secret of the platform."""
    settings = config.secrets
    if settings is None:
        return
    own = config.model_copy(update={"secrets": settings.model_copy(update={"generated": (), "supplied": ()})})
    entries = known(own.environments, lambda environment: EnvironmentPlan(own, environment).secrets.entries)
    reserved = {*FIXED_SECRETS, *(entry.name for _, of_one in entries for entry in of_one)}
    prefix = f"{config.system.name}-"
    generated = [secret.secret for secret in settings.generated]
    supplied = [secret.secret for secret in settings.supplied]
    for section, secrets in (("generated", generated), ("supplied", supplied)):
        for index, name in enumerate(secrets):
            path = ("secrets", section, index, "secret")
            rest = name.removeprefix(prefix)
            if name in reserved:
                yield Problem(path=path, message=f"{name} is a Secret of the platform. Write another name.")
            elif rest != name:
                remedy = "another name" if rest in {*reserved, *generated, *supplied} else rest
                yield Problem(path=path, message=f"{name} has the prefix {prefix}, which is added. Write {remedy}.")
            elif section == "supplied" and (name in generated or name in secrets[:index]):
                yield Problem(path=path, message=f"{name} is already listed under secrets. Write another name.")


def keys(config: PlatformConfig) -> Iterator[Problem]:
    """Each key of a Secret is listed once."""
    settings = config.secrets
    if settings is None:
        return
    yield from duplicates(
        (
            (("secrets", "generated", index, "key"), key)
            for index, key in known(settings.generated, lambda secret: f"{secret.secret}/{secret.key}")
        ),
        "key",
    )
    for index, names in known(settings.supplied, lambda secret: secret.keys):
        yield from duplicates(
            ((("secrets", "supplied", index, "keys", position), key) for position, key in enumerate(names)), "key"
        )


RULES: tuple[Rule, ...] = (shared_database, names, keys)
