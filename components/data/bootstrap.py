"""The Job that creates an environment's databases and users in RDS, with the generated passwords.

It runs in a platform namespace, because the Secret that it mounts contains the master user's password too.

Jobs are immutable, so the name contains a hash of catalogue, image and scripts: changing one creates a new Job. A
changed password or a replaced instance changes the pod's annotations, which re-creates the Job under the same name. It
has no TTL, because a refresh must find it.
Keys of its Secret that hold a URL contain the URL's version, so a pod that starts before External Secrets has fetched
a new version waits for it instead of using the old one.
Sources: Kubernetes, "Jobs"; pulumi-kubernetes, "Job" (await logic, `pulumi.com/replaceUnready`).
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import pulumi
import pulumi_kubernetes as k8s
from pulumi_kubernetes.core.v1 import ContainerArgsDict, KeyToPathArgsDict, PodSpecArgsDict, VolumeArgsDict
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.account.names import fixed_name
from components.data.bootstrap_pods import NAME, SIZE
from components.data.bootstrap_scripts import COMMAND, ENVIRONMENT, SCRIPTS, SECRETS, DatabasePlan, files, fingerprint
from components.kubernetes.defaults import NOBODY
from components.kubernetes.names import NAME_LABEL
from components.secrets.delivery import external_secret
from components.secrets.external_secret import (
    WAIT_UNTIL_READY,
    Source,
    external_secret_spec,
)

ENVIRONMENT_LABEL = "environment"
MASTER_KEYS = {"master-username": "username", "master-password": "password"}
"""Keys of the Secret, and the properties of the secret managed by RDS."""
BACKOFF_LIMIT = 5
DEADLINE_SECONDS, CREATE_TIMEOUT = 480, "10m"
"""The Job's deadline is shorter than Pulumi's timeout, so that `up` reports why it failed."""
REPLACE_UNREADY = {"pulumi.com/replaceUnready": "true"}
"""Replaces a failed Job; without it the next `up` would wait for it."""


@dataclass(frozen=True, kw_only=True)
class DatabaseAccess:
    """A database of the environment, and the source of the URL with its user's password."""

    plan: DatabasePlan
    url: Source
    version: pulumi.Input[str]
    """Version of the secret: letters, digits and hyphens."""


@dataclass(frozen=True, kw_only=True)
class Instance:
    """The RDS instance."""

    address: pulumi.Input[str]
    port: int
    resource_id: pulumi.Input[str]
    """Unlike the address, it changes when the instance is replaced."""
    master_secret_arn: pulumi.Input[str]


@dataclass(frozen=True, kw_only=True)
class BootstrapArgs:
    """Arguments of `Bootstrap`."""

    environment: str
    """Name of the environment; part of every name."""
    namespace: pulumi.Input[str]
    namespace_object: pulumi.Resource
    databases: Sequence[DatabaseAccess]
    instance: Instance
    image: str
    refresh: str
    """Refresh interval of the ExternalSecret, for example `15m0s`."""
    after: Sequence[pulumi.Resource]
    """Policies and service account of the namespace, External Secrets, and the secrets."""


class Bootstrap(pulumi.ComponentResource):
    """Databases, users and extensions of one environment; complete when the Job is."""

    ready: tuple[pulumi.Resource, ...]
    """For `depends_on` of anything that uses a database."""

    def __init__(self, name: str, args: BootstrapArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:bootstrap:Bootstrap", name, {}, opts)
        self._name, self._args = name, args
        scripts = files([database.plan for database in args.databases])
        self._secret_name = f"{NAME}-{args.environment}"
        digest = fingerprint({**scripts, "image": args.image})
        self._job_name = fixed_name("Kubernetes name", self._secret_name, digest)
        child = pulumi.ResourceOptions(parent=self, depends_on=list(args.after), deleted_with=args.namespace_object)
        config_map = k8s.core.v1.ConfigMap(
            name, metadata=self._metadata(self._job_name), data=scripts, immutable=True, opts=child
        )
        mounted = [config_map, self._secret()]
        self.ready = (*mounted, self._job(mounted))
        self.register_outputs({"job": self._job_name})

    def _metadata(self, object_name: str, annotations: Mapping[str, str] | None = None) -> ObjectMetaArgs:
        return ObjectMetaArgs(
            name=object_name, namespace=self._args.namespace, labels=self._labels(), annotations=annotations
        )

    def _labels(self) -> Mapping[str, str]:
        return {NAME_LABEL: NAME, ENVIRONMENT_LABEL: self._args.environment}

    def _secret(self) -> pulumi.Resource:
        args = self._args
        arn = args.instance.master_secret_arn
        sources = {key: Source(entry=arn, property=name) for key, name in MASTER_KEYS.items()}
        keys: dict[str, pulumi.Input[str]] = {key: key for key in sources}
        for database in args.databases:
            sources[database.plan.name], keys[database.plan.name] = database.url, _key(database)
        spec = external_secret_spec(self._secret_name, sources, refresh=args.refresh)
        references = cast("Sequence[Mapping[str, str]]", spec["data"])
        data = [{**reference, "secretKey": keys[reference["secretKey"]]} for reference in references]
        return external_secret(
            self._name,
            self._metadata(self._secret_name, WAIT_UNTIL_READY),
            {**spec, "data": data},
            # No `deleted_with`: its finalizer needs the operator.
            pulumi.ResourceOptions(parent=self, depends_on=list(args.after)),
        )

    def _job(self, mounted: Sequence[pulumi.Resource]) -> pulumi.Resource:
        args = self._args
        annotations = {
            "platform/database-instance": args.instance.resource_id,
            "platform/database-versions": self._versions(),
        }
        return k8s.batch.v1.Job(
            self._name,
            metadata=self._metadata(self._job_name, REPLACE_UNREADY),
            spec={
                "backoff_limit": BACKOFF_LIMIT,
                "active_deadline_seconds": DEADLINE_SECONDS,
                "template": {
                    "metadata": {"annotations": annotations, "labels": self._labels()},
                    "spec": self._pod(),
                },
            },
            opts=pulumi.ResourceOptions(
                parent=self,
                depends_on=[*args.after, *mounted],
                deleted_with=args.namespace_object,
                # The name does not change, so the old Job must be deleted first.
                delete_before_replace=True,
                replace_on_changes=["spec"],
                custom_timeouts=pulumi.CustomTimeouts(create=CREATE_TIMEOUT, update=CREATE_TIMEOUT),
            ),
        )

    def _versions(self) -> pulumi.Output[str]:
        """One hash over the versions of all secrets, which reveals nothing about their values."""
        versions = pulumi.Output.all(*(database.version for database in self._args.databases))
        return versions.apply(lambda resolved: hashlib.sha256("\0".join(resolved).encode()).hexdigest()[:8])

    def _pod(self) -> PodSpecArgsDict:
        return {
            "automount_service_account_token": False,
            "containers": [self._container()],
            # Keeps the logs of failed pods.
            "restart_policy": "Never",
            "security_context": {
                "fs_group": NOBODY,
                "run_as_group": NOBODY,
                "run_as_non_root": True,
                "run_as_user": NOBODY,
                "seccomp_profile": {"type": "RuntimeDefault"},
            },
            "service_account_name": NAME,
            "volumes": [self._secret_volume(), {"name": "scripts", "config_map": {"name": self._job_name}}],
        }

    def _secret_volume(self) -> VolumeArgsDict:
        items: list[KeyToPathArgsDict] = [
            *({"key": key, "path": f"master/{name}"} for key, name in MASTER_KEYS.items()),
            *({"key": _key(database), "path": f"databases/{database.plan.name}"} for database in self._args.databases),
        ]
        return {"name": "secrets", "secret": {"secret_name": self._secret_name, "default_mode": 0o440, "items": items}}

    def _container(self) -> ContainerArgsDict:
        args, sizes = self._args, SIZE.resources
        environment = {**ENVIRONMENT, "PGHOST": args.instance.address, "PGPORT": str(args.instance.port)}
        return {
            "name": NAME,
            "image": args.image,
            "command": list(COMMAND),
            "env": [{"name": key, "value": value} for key, value in environment.items()],
            "resources": {"limits": sizes["limits"], "requests": sizes["requests"]},
            "security_context": {
                "allow_privilege_escalation": False,
                "capabilities": {"drop": ["ALL"]},
                "read_only_root_filesystem": True,
            },
            "volume_mounts": [
                {"name": "scripts", "mount_path": SCRIPTS, "read_only": True},
                {"name": "secrets", "mount_path": SECRETS, "read_only": True},
            ],
        }


def _key(access: DatabaseAccess) -> pulumi.Output[str]:
    """Key of a database's URL in the Secret. Unambiguous, because database names have no dots."""
    return pulumi.Output.concat(access.plan.name, ".", access.version)
