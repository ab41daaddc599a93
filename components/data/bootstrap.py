"""The Job that makes an environment's databases and users inside RDS, with the passwords that the program generated.

It runs in a namespace of the platform, because the Secret that it mounts has the master user's password as well.

A Job cannot be changed, so its name says what it does: another catalogue, another image or another script is another
Job, and the same ones are no change. A changed password or another instance is seen in the pod's annotations, and makes
the Job again under its name. It has no lifetime: a refresh must find it.
Each key of its Secret that holds a URL names the version of the URL. A pod that starts before External Secrets has
fetched a new version therefore waits for it instead of working with the old one.
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
from components.environments.network_policies import SERVICE_LABEL
from components.secrets.external_secret import EXTERNAL_SECRET, WAIT_UNTIL_READY, Source, external_secret_spec
from components.secrets.secret_store import EXTERNAL_SECRETS_API

ENVIRONMENT_LABEL = "environment"
MASTER_KEYS = {"master-username": "username", "master-password": "password"}
"""Keys of the Secret, and the properties of the entry that RDS keeps."""
NOBODY = 65534
TRIES = 5
DEADLINE_SECONDS, WAIT = 480, "10m"
"""The Job gives up before Pulumi does: then `up` tells why."""
REPLACE_UNREADY = {"pulumi.com/replaceUnready": "true"}
"""Without it the next `up` would wait for the Job that has failed."""


@dataclass(frozen=True, kw_only=True)
class DatabaseAccess:
    """A database of the environment, and where the URL with its user's password stands."""

    plan: DatabasePlan
    url: Source
    version: pulumi.Input[str]
    """Which version of the entry; letters, digits and hyphens."""


@dataclass(frozen=True, kw_only=True)
class Instance:
    """The RDS instance."""

    address: pulumi.Input[str]
    port: int
    resource_id: pulumi.Input[str]
    """Another one after a replacement, though the address stays."""
    master_secret_arn: pulumi.Input[str]


@dataclass(frozen=True, kw_only=True)
class BootstrapArgs:
    """What the Job needs from outside."""

    environment: str
    """Whose databases these are; part of every name."""
    namespace: pulumi.Input[str]
    namespace_object: pulumi.Resource
    """The Namespace itself."""
    databases: Sequence[DatabaseAccess]
    instance: Instance
    image: str
    refresh: str
    """How long a changed entry takes at most, for example `15m0s`."""
    after: Sequence[pulumi.Resource]
    """What guards the namespace, with its service account; External Secrets and the entries."""


class Bootstrap(pulumi.ComponentResource):
    """Databases, users and extensions of one environment; done when the Job is."""

    ready: tuple[pulumi.Resource, ...]
    """What uses a database comes after the Job."""

    def __init__(self, name: str, args: BootstrapArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:bootstrap:Bootstrap", name, {}, opts)
        self._name, self._args = name, args
        scripts = files([found.plan for found in args.databases])
        self._secret_name = f"{NAME}-{args.environment}"
        digest = fingerprint({**scripts, "image": args.image})
        self._job_name = fixed_name("Kubernetes name", self._secret_name, digest)
        child = pulumi.ResourceOptions(parent=self, depends_on=list(args.after), deleted_with=args.namespace_object)
        config_map = k8s.core.v1.ConfigMap(
            name, metadata=self._metadata(self._job_name), data=scripts, immutable=True, opts=child
        )
        needed = [config_map, self._secret()]
        self.ready = (*needed, self._job(needed))
        self.register_outputs({"job": self._job_name})

    def _metadata(self, object_name: str, annotations: Mapping[str, str] | None = None) -> ObjectMetaArgs:
        return ObjectMetaArgs(
            name=object_name, namespace=self._args.namespace, labels=self._labels(), annotations=annotations
        )

    def _labels(self) -> Mapping[str, str]:
        return {SERVICE_LABEL: NAME, ENVIRONMENT_LABEL: self._args.environment}

    def _secret(self) -> pulumi.Resource:
        args = self._args
        arn = args.instance.master_secret_arn
        sources = {key: Source(entry=arn, property=word) for key, word in MASTER_KEYS.items()}
        keys: dict[str, pulumi.Input[str]] = {key: key for key in sources}
        for found in args.databases:
            sources[found.plan.name], keys[found.plan.name] = found.url, _key(found)
        spec = external_secret_spec(self._secret_name, sources, refresh=args.refresh)
        written = cast("Sequence[Mapping[str, str]]", spec["data"])
        data = [{**source, "secretKey": keys[source["secretKey"]]} for source in written]
        return k8s.apiextensions.CustomResource(
            self._name,
            api_version=EXTERNAL_SECRETS_API,
            kind=EXTERNAL_SECRET,
            metadata=self._metadata(self._secret_name, WAIT_UNTIL_READY),
            spec={**spec, "data": data},
            # Not with the namespace: its finalizer needs the operator.
            opts=pulumi.ResourceOptions(parent=self, depends_on=list(args.after)),
        )

    def _job(self, needed: Sequence[pulumi.Resource]) -> pulumi.Resource:
        args = self._args
        known = {
            "platform/database-instance": args.instance.resource_id,
            "platform/database-versions": self._versions(),
        }
        return k8s.batch.v1.Job(
            self._name,
            metadata=self._metadata(self._job_name, REPLACE_UNREADY),
            spec={
                "backoff_limit": TRIES,
                "active_deadline_seconds": DEADLINE_SECONDS,
                "template": {
                    "metadata": {"annotations": known, "labels": self._labels()},
                    "spec": self._pod(),
                },
            },
            opts=pulumi.ResourceOptions(
                parent=self,
                depends_on=[*args.after, *needed],
                deleted_with=args.namespace_object,
                # Under the same name there is no second one beside it.
                delete_before_replace=True,
                replace_on_changes=["spec"],
                custom_timeouts=pulumi.CustomTimeouts(create=WAIT, update=WAIT),
            ),
        )

    def _versions(self) -> pulumi.Output[str]:
        """One word for all passwords, without a hint at any."""
        versions = pulumi.Output.all(*(found.version for found in self._args.databases))
        return versions.apply(lambda found: hashlib.sha256("\0".join(found).encode()).hexdigest()[:8])

    def _pod(self) -> PodSpecArgsDict:
        return {
            "automount_service_account_token": False,
            "containers": [self._container()],
            # A pod that failed keeps its log.
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
            *({"key": key, "path": f"master/{word}"} for key, word in MASTER_KEYS.items()),
            *({"key": _key(found), "path": f"databases/{found.plan.name}"} for found in self._args.databases),
        ]
        return {"name": "secrets", "secret": {"secret_name": self._secret_name, "default_mode": 0o440, "items": items}}

    def _container(self) -> ContainerArgsDict:
        args, sizes = self._args, SIZE.resources
        given = {**ENVIRONMENT, "PGHOST": args.instance.address, "PGPORT": str(args.instance.port)}
        return {
            "name": NAME,
            "image": args.image,
            "command": list(COMMAND),
            "env": [{"name": key, "value": value} for key, value in given.items()],
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
    """Key of a database's URL in the Secret; no name of a database has a dot."""
    return pulumi.Output.concat(access.plan.name, ".", access.version)
