"""Rules of secrets and storage: who fills a Secret, that nothing is meant twice, and names that are not too long."""

from collections.abc import Iterator

from components.config.platform import PlatformConfig
from components.config.problems import Problem
from components.data.bootstrap_pods import LONGEST_ENVIRONMENT_NAME
from components.environments.plan import EnvironmentPlan, plan_environments
from components.secrets.plan import FIXED_SECRETS
from components.validation.catalogue_rules import duplicates

LONGEST_ROLE_NAME = 64
STORAGE_ROLE_SUFFIX = len("-storage-0a1b2c3")
"""The end of the role's name, the last part of it Pulumi's. The bucket's name is shorter, and so within its limit."""


def secrets(config: PlatformConfig) -> Iterator[Problem]:
    """An operator that makes the Secrets, names that are something once, a shared database that is nobody's own."""
    settings = config.secrets
    if settings is None:
        return
    has_secrets = any(plan.secrets.secrets for plan in plan_environments(config))
    if has_secrets and config.operators.external_secrets is None:
        yield Problem(
            path=("operators", "externalSecrets"),
            message="is missing, and it makes the Secrets of `secrets`. Add `externalSecrets: {}` to operators.",
        )
    yield from _shared_database(config)
    yield from _names(config)
    for index, environment in enumerate(config.environments):
        if (
            len(environment.name) > LONGEST_ENVIRONMENT_NAME
            and EnvironmentPlan(config, environment).bootstraps_databases
        ):
            yield Problem(
                path=("environments", index, "name"),
                message="is longer than the name of the Job that makes its databases allows. "
                f"Write at most {LONGEST_ENVIRONMENT_NAME} characters.",
            )


def _shared_database(config: PlatformConfig) -> Iterator[Problem]:
    shared = None if config.secrets is None else config.secrets.shared_database
    for service in config.services:
        # A service that names the database itself means the one that all share.
        own = service.database is not None and service.database.name is None
        if own and shared == service.short_name.replace("-", "_"):
            yield Problem(
                path=("secrets", "sharedDatabase"),
                message=f"{shared} is the database of {service.name}, which every service could read then. "
                "Write another name, e.g. shared.",
            )


def _names(config: PlatformConfig) -> Iterator[Problem]:
    """Secrets that are the platform's own or given twice, and keys that are."""
    settings = config.secrets
    if settings is None:
        return
    bare = config.model_copy(update={"secrets": settings.model_copy(update={"generated": (), "supplied": ()})})
    taken = {
        *FIXED_SECRETS,
        *(
            entry.name
            for environment in config.environments
            for entry in EnvironmentPlan(bare, environment).secrets.entries
        ),
    }
    generated = {found.secret for found in settings.generated}
    for section, names in (
        ("generated", [found.secret for found in settings.generated]),
        ("supplied", [found.secret for found in settings.supplied]),
    ):
        for index, name in enumerate(names):
            path = ("secrets", section, index, "secret")
            if name in taken:
                yield Problem(path=path, message=f"{name} is the platform's own. Write another name.")
            elif section == "supplied" and (name in generated or name in names[:index]):
                yield Problem(path=path, message=f"{name} is another Secret already. Write another name.")
    yield from duplicates(
        [f"{found.secret}/{found.key}" for found in settings.generated],
        [("secrets", "generated", index, "key") for index in range(len(settings.generated))],
        "key",
    )
    for index, found in enumerate(settings.supplied):
        yield from duplicates(
            found.keys, [("secrets", "supplied", index, "keys", place) for place in range(len(found.keys))], "key"
        )


def storage(config: PlatformConfig) -> Iterator[Problem]:
    """Buckets where services want one and nowhere else, with names that AWS takes."""
    wanting = [index for index, service in enumerate(config.services) if service.storage]
    if config.cluster is not None and config.storage is None and wanting:
        yield Problem(
            path=("storage",),
            message=f"is missing, and {config.services[wanting[0]].name} has `storage: true`. Add `storage: {{}}`.",
        )
    if config.storage is not None and not wanting:
        yield Problem(
            path=("storage",), message="is for services with `storage: true`, and there is none. Leave it out."
        )
    longest = LONGEST_ROLE_NAME - STORAGE_ROLE_SUFFIX - len(f"{config.prefix}-")
    for index, environment in enumerate(config.environments):
        if config.creates_buckets and len(environment.name) > longest:
            yield Problem(
                path=("environments", index, "name"),
                message=f"makes a role whose name is longer than {LONGEST_ROLE_NAME} characters. "
                f"Write at most {longest}.",
            )
