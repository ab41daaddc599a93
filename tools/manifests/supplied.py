"""What the platform supplies in an environment, and whether each service reads its part of it, and no other's.

All of it follows from the catalogue and the stack's file: `EnvironmentPlan` has the Secrets with their keys
and the names in `platform-outputs`. Tests compare both with the resources that the program creates.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from components.config.catalogue import ServiceConfig
from components.config.environments import EnvironmentConfig
from components.config.platform import PlatformConfig
from components.environments.plan import EnvironmentPlan
from components.secrets.plan import CACHE_SECRET, DATABASE_SECRET, STORAGE_SECRET
from tools.manifests.contract import ALL, Key, keys_made, keys_read
from tools.manifests.model import Object, at, containers, items, name, of_kind, table, title

PLATFORM_OUTPUTS = "platform-outputs"
RESERVED = {"ConfigMap": (PLATFORM_OUTPUTS, "kube-root-ca.crt")}
"""Names that are taken in every namespace, of the kinds that Git may bring."""
RELOADER = "reloader.stakater.com/auto"


@dataclass(frozen=True)
class Supplied:
    """What an environment's pods find in their namespace."""

    system: str
    keys: frozenset[Key]
    """Keys of Secrets and of `platform-outputs`."""
    secrets: bool
    """Whether the Secrets are the program's; on a cluster that is not the stack's own, people make them."""

    def secret(self, ending: str, key: str) -> Key:
        """A key of the Secret with this ending."""
        return Key("Secret", f"{self.system}-{ending}", key)

    def variable(self, called: str) -> Key:
        """A name in `platform-outputs`."""
        return Key("ConfigMap", PLATFORM_OUTPUTS, called)


def supplied(config: PlatformConfig, environment: EnvironmentConfig) -> Supplied:
    """What the program makes for an environment, as the stack's file says."""
    plan = EnvironmentPlan(config, environment)
    secrets = plan.secrets.secrets
    made = {Key("Secret", secret, key) for secret, keys in secrets.items() for key in keys}
    variables = {*plan.platform_variables, *environment.variables}
    made |= {Key("ConfigMap", PLATFORM_OUTPUTS, variable) for variable in variables}
    return Supplied(config.system.name, frozenset(made), bool(secrets))


def supply_faults(config: PlatformConfig, environment: EnvironmentConfig, objects: Sequence[Object]) -> Iterator[str]:
    """Yield what pods read that nobody makes, do not read that they need, or take from where they should not."""
    found = supplied(config, environment)
    for one in objects:
        if name(one) in RESERVED.get(str(one.get("kind")), ()):
            yield f"{title(one)}: the platform makes it in every namespace: take it out of Git"
    made = found.keys | keys_made(objects, environment.namespace)
    owners = {(key.kind, key.owner) for key in made}
    for key, readers in sorted(keys_read(objects).items()):
        there = (key.kind, key.owner) in owners if key.key == ALL else key in made
        if not there and (key.kind != "Secret" or found.secrets):
            yield f"{', '.join(readers)} reads {key}, and nobody makes it"
    deployments = of_kind(objects, "Deployment")
    for service in config.services:
        deployment = deployments.get(service.name)
        if deployment is None:  # said by the comparison with the catalogue
            continue
        if config.operators.reloader is not None and at(deployment, "metadata", "annotations", RELOADER) != "true":
            yield f'{title(deployment)}: annotation {RELOADER} must be "true": a changed Secret restarts its readers'
        for fault in _service_faults(found, service, table(deployment, "spec", "template")):
            yield f"{title(deployment)}: {fault}"


def _service_faults(found: Supplied, service: ServiceConfig, template: Object) -> Iterator[str]:
    needed, forbidden = _needed(found, service), _forbidden(found, service)
    for container in items(template, "spec", "containers"):
        where = f"container {container.get('name')}"
        if [at(source, "configMapRef", "name") for source in items(container, "envFrom")] != [PLATFORM_OUTPUTS]:
            yield f"{where}: envFrom must be the ConfigMap {PLATFORM_OUTPUTS}, and nothing else"
        read = {str(at(variable, "name")): _source(variable) for variable in items(container, "env")}
        for variable, key in needed.items():
            if read.get(variable) != key:
                yield f"{where}: variable {variable} must be {key}: the catalogue says that {service.name} uses it"
    for container in containers(template):
        for variable in items(container, "env"):
            fault = _variable_fault(found, str(at(variable, "name")), _source(variable), forbidden)
            if fault is not None:
                yield f"container {container.get('name')}: variable {at(variable, 'name')} {fault}"


def _variable_fault(found: Supplied, called: str, key: Key | None, forbidden: Mapping[Key, str]) -> str | None:
    if key is None:
        if found.variable(called) in found.keys:
            return f"is set by the platform ({PLATFORM_OUTPUTS}): take it out"
        secret = any(one.kind == "Secret" and one.key == called for one in found.keys)
        return "has a value, which does not belong in Git: read it from its Secret" if secret else None
    if key in forbidden:
        return f"is {key}: {forbidden[key]}"
    if key.kind == "Secret" and key in found.keys and key.key.isidentifier() and key.key != called:
        return f"is {key}: call it {key.key}"
    of_platform = found.variable(called)
    if of_platform in found.keys and key != of_platform and (key.kind, key.key) != ("Secret", called):
        return f"is {key}, and the platform sets it ({PLATFORM_OUTPUTS}): take it out"
    return None


def _needed(found: Supplied, service: ServiceConfig) -> dict[str, Key]:
    """The variables by which a service finds its data, with the key of each; only what the platform makes."""
    wanted: dict[str, Key] = {}
    if service.database is not None:
        wanted["DATABASE_URL"] = found.secret(DATABASE_SECRET, f"{service.short_name}-db-url")
    if service.cache:
        wanted["REDIS_URL"] = found.secret(CACHE_SECRET, "REDIS_URL")
    if service.storage:
        wanted |= {key: found.secret(STORAGE_SECRET, key) for key in ("S3_BUCKET", "AWS_REGION")}
    return {variable: key for variable, key in wanted.items() if not found.secrets or key in found.keys}


def _forbidden(found: Supplied, service: ServiceConfig) -> dict[Key, str]:
    """Keys that are not for this service, each with the reason."""
    refused: dict[Key, str] = {}
    for key in found.keys:
        database = key.owner == found.secret(DATABASE_SECRET, "").owner
        of_cache = key in (found.secret(CACHE_SECRET, "REDIS_URL"), found.secret(DATABASE_SECRET, "redis-url"))
        if of_cache and not service.cache:
            refused[key] = f"the catalogue says `cache: false` of {service.name}"
        elif database and key.key.endswith("-db-url") and key.key != f"{service.short_name}-db-url":
            refused[key] = "it is another service's database"
        elif key.owner == found.secret(STORAGE_SECRET, "").owner and not service.storage:
            refused[key] = f"the catalogue has no `storage: true` of {service.name}"
    return refused


def _source(variable: Object) -> Key | None:
    """Where a variable comes from; None for a literal."""
    for kind, field in (("Secret", "secretKeyRef"), ("ConfigMap", "configMapKeyRef")):
        reference = table(variable, "valueFrom", field)
        if reference:
            return Key(kind, str(reference.get("name")), str(reference.get("key")))
    return None
