"""The keys that the platform provides in an environment; each service must read the ones it needs, and no other's.

`EnvironmentPlan` lists the Secrets with their keys and the variables of `platform-outputs`. Tests compare both with the
resources that the program creates.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from components.config.catalogue import ServiceConfig
from components.environments.plan import EnvironmentPlan
from components.environments.platform_outputs import OUTPUTS_CONFIG_MAP
from components.secrets.plan import CACHE_SECRET, DATABASE_SECRET, STORAGE_SECRET
from tools.manifests.contract import Key, keys_created, missing_keys, source_key
from tools.manifests.fields import RELOADER
from tools.manifests.model import Object, at, containers, items, name, of_kind, table, title

RESERVED = {"ConfigMap": (OUTPUTS_CONFIG_MAP, "kube-root-ca.crt")}
"""Names that exist in every namespace, by kind, of the kinds that an application repository may contain."""


@dataclass(frozen=True)
class PlatformKeys:
    """The keys that the platform provides in an environment's namespace."""

    system: str
    keys: frozenset[Key]
    """Keys of Secrets and of `platform-outputs`."""
    creates_secrets: bool
    """Whether the program creates the Secrets; on a cluster that the stack does not create, people do."""

    def secret(self, suffix: str, key: str) -> Key:
        """A key of the Secret `<system>-<suffix>`."""
        return Key("Secret", f"{self.system}-{suffix}", key)

    def variable(self, variable: str) -> Key:
        """A variable of `platform-outputs`."""
        return Key("ConfigMap", OUTPUTS_CONFIG_MAP, variable)


def platform_keys(plan: EnvironmentPlan) -> PlatformKeys:
    """The keys that the program creates for an environment."""
    secrets = plan.secrets.secrets
    keys = {Key("Secret", secret, key) for secret, names in secrets.items() for key in names}
    variables = {*plan.platform_variables, *plan.settings.variables}
    keys |= {Key("ConfigMap", OUTPUTS_CONFIG_MAP, variable) for variable in variables}
    return PlatformKeys(plan.config.system.name, frozenset(keys), bool(secrets))


def key_faults(plan: EnvironmentPlan, objects: Sequence[Object]) -> Iterator[str]:
    """Yield each key that pods read and that does not exist, that they need and do not read, or that is not theirs."""
    provided = platform_keys(plan)
    for item in objects:
        if name(item) in RESERVED.get(str(item.get("kind")), ()):
            yield f"{title(item)}: the platform creates it in every namespace: remove it from Git"
    for key, message in missing_keys(objects, provided.keys | keys_created(objects, plan.settings.namespace)):
        if key.kind != "Secret" or provided.creates_secrets:
            yield message
    deployments = of_kind(objects, "Deployment")
    for service in plan.config.services:
        deployment = deployments.get(service.name)
        if deployment is None:  # tools/manifests/catalogue.py reports it
            continue
        if plan.config.operators.reloader is not None and at(deployment, "metadata", "annotations", RELOADER) != "true":
            yield f'{title(deployment)}: annotation {RELOADER} must be "true": changed Secrets restart its pods'
        for fault in _service_faults(provided, service, table(deployment, "spec", "template")):
            yield f"{title(deployment)}: {fault}"


def _service_faults(provided: PlatformKeys, service: ServiceConfig, template: Object) -> Iterator[str]:
    required, forbidden = _required(provided, service), _forbidden(provided, service)
    for container in items(template, "spec", "containers"):
        where = f"container {container.get('name')}"
        if [at(source, "configMapRef", "name") for source in items(container, "envFrom")] != [OUTPUTS_CONFIG_MAP]:
            yield f"{where}: envFrom must be the ConfigMap {OUTPUTS_CONFIG_MAP}, and nothing else"
        read = {str(at(variable, "name")): source_key(variable) for variable in items(container, "env")}
        for variable, key in required.items():
            if read.get(variable) != key:
                yield f"{where}: variable {variable} must read {key}: {service.name} uses it according to the catalogue"
    for container in containers(template):
        for variable in items(container, "env"):
            fault = _variable_fault(provided, str(at(variable, "name")), source_key(variable), forbidden)
            if fault is not None:
                yield f"container {container.get('name')}: variable {at(variable, 'name')} {fault}"


def _variable_fault(provided: PlatformKeys, variable: str, key: Key | None, forbidden: Mapping[Key, str]) -> str | None:
    if key is None:
        if provided.variable(variable) in provided.keys:
            return f"is set by the platform ({OUTPUTS_CONFIG_MAP}): remove it"
        secret = any(candidate.kind == "Secret" and candidate.key == variable for candidate in provided.keys)
        return "has a literal value, which does not belong in Git: read it from its Secret" if secret else None
    if key in forbidden:
        return f"reads {key}: {forbidden[key]}"
    if key.kind == "Secret" and key in provided.keys and key.key.isidentifier() and key.key != variable:
        return f"reads {key}: name it {key.key}"
    platform_key = provided.variable(variable)
    if platform_key in provided.keys and key != platform_key and (key.kind, key.key) != ("Secret", variable):
        return f"reads {key}, but the platform sets it ({OUTPUTS_CONFIG_MAP}): remove it"
    return None


def _required(provided: PlatformKeys, service: ServiceConfig) -> dict[str, Key]:
    """The variables that lead a service to its data, with their keys; only those that the platform provides."""
    required: dict[str, Key] = {}
    if service.database is not None:
        required["DATABASE_URL"] = provided.secret(DATABASE_SECRET, f"{service.short_name}-db-url")
    if service.cache:
        required["REDIS_URL"] = provided.secret(CACHE_SECRET, "REDIS_URL")
    if service.storage:
        required |= {key: provided.secret(STORAGE_SECRET, key) for key in ("S3_BUCKET", "AWS_REGION")}
    return {variable: key for variable, key in required.items() if not provided.creates_secrets or key in provided.keys}


def _forbidden(provided: PlatformKeys, service: ServiceConfig) -> dict[Key, str]:
    """Keys that this service must not read, each with the reason."""
    forbidden: dict[Key, str] = {}
    for key in provided.keys:
        database = key.owner == provided.secret(DATABASE_SECRET, "").owner
        cache = key in (provided.secret(CACHE_SECRET, "REDIS_URL"), provided.secret(DATABASE_SECRET, "redis-url"))
        if cache and not service.cache:
            forbidden[key] = f"{service.name} has `cache: false` in the catalogue"
        elif database and key.key.endswith("-db-url") and key.key != f"{service.short_name}-db-url":
            forbidden[key] = "it is the database of another service"
        elif key.owner == provided.secret(STORAGE_SECRET, "").owner and not service.storage:
            forbidden[key] = f"{service.name} does not have `storage: true` in the catalogue"
    return forbidden
