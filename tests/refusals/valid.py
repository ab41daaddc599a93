"""Right stacks, put together at random from sections and keys that go together."""

import random
from collections.abc import Sequence
from typing import Any

Section = dict[str, Any]

REGIONS = {"eu-central-1": "abc", "us-east-1": "abc", "ap-northeast-2": "abc", "eu-west-1": "abc"}
NAMES = ("web", "catalog", "orders", "payments", "search", "mailer")
STAGES = ("dev", "staging", "prod")
ENVIRONMENTS = ("alpha", "beta", "gamma")
ACCOUNT = "210987654321"
ZONE = "shop.example"
NODES = "m7i-flex.4xlarge"


def _resources(rng: random.Random) -> Section:
    cpu, memory = rng.choice((50, 100, 250)), rng.choice((64, 128, 256))
    return {
        "cpuRequest": f"{cpu}m",
        "memoryRequest": f"{memory}Mi",
        "cpuLimit": f"{cpu * rng.choice((1, 2, 4))}m",
        "memoryLimit": f"{memory * rng.choice((1, 2, 4))}Mi",
    }


class _Choices:
    """What one stack has; its sections follow from it."""

    def __init__(self, rng: random.Random) -> None:
        def some(share: float) -> bool:
            return rng.random() < share

        self.rng = rng
        self.stage = rng.choice(STAGES)
        self.local = some(0.15)
        self.protect = some(0.5)
        self.database = not self.local and some(0.6)
        self.cache = not self.local and some(0.6)
        self.edge = not self.local and some(0.5)
        self.registry = some(0.6) and not self.local
        self.ci = self.registry and some(0.6)
        self.secrets = not self.local and some(0.6)
        self.alarms = not self.local and some(0.4)
        self.autoscaler = rng.choice(("none", "clusterAutoscaler", "karpenter"))
        self.highly_available = some(0.4)
        self.services = self._services()
        self.storage = not self.local and any(service.get("storage") for service in self.services)

    def _services(self) -> list[Section]:
        rng = self.rng
        services: list[Section] = []
        for number, name in enumerate(NAMES[: rng.randint(1, len(NAMES))]):
            service: Section = {"name": name}
            callable_ones = [other["name"] for other in services if "port" in other]
            if number == 0 or rng.random() < 0.8:
                service["port"] = 8000 + number
                service |= {"public": False} if number and rng.random() < 0.5 else {}
                service |= {"readyPath": "/ready", "healthPath": "/~up?full=1"} if rng.random() < 0.3 else {}
            else:
                service["public"] = False
            service |= {"cache": False} if rng.random() < 0.3 else {}
            service |= {"storage": True} if not self.local and rng.random() < 0.2 else {}
            service |= {"repository": f"shop/{name}-image"} if rng.random() < 0.2 else {}
            service |= {"resources": {"small": _resources(rng)}} if rng.random() < 0.3 else {}
            if self.database and rng.random() < 0.6:
                service["database"] = {} if rng.random() < 0.5 else {"connections": rng.randint(1, 5)}
            if callable_ones and rng.random() < 0.5:
                service["calls"] = rng.sample(callable_ones, rng.randint(1, len(callable_ones)))
            services.append(service)
        return services

    @property
    def uses_database(self) -> bool:
        return self.database and any("database" in service for service in self.services)

    @property
    def uses_cache(self) -> bool:
        return self.cache and any(service.get("cache", True) for service in self.services)


def sections(number: int) -> Section:
    """The sections of one stack; the same ones for a number in each run."""
    rng = random.Random(number)
    choices = _Choices(rng)
    result: Section = {
        "system": {"name": "shop", "owner": "platform"},
        "repository": {
            "url": "https://github.com/acme/shop.git",
            "githubOwnerId": "31415926",
            "githubRepositoryId": "271828182",
        },
        "resourceClasses": {"small": _resources(rng), "large": _resources(rng)},
        "services": choices.services,
        "stage": choices.stage,
        "protect": choices.protect,
        "environments": _environments(choices),
    }
    if choices.local:
        return result | {"kubeconfig": {"context": "kind-shop"}, "argocd": {"url": "https://localhost:8080"}}
    result |= _platform(choices)
    result |= _data(choices)
    result |= _delivery(choices)
    return result


def _platform(choices: _Choices) -> Section:
    rng = choices.rng
    region = rng.choice(sorted(REGIONS))
    zones = [f"{region}{letter}" for letter in REGIONS[region]][: rng.randint(2, 3)]
    desired = rng.randint(4, 8)
    nodes: Section = {
        "instanceType": NODES,
        "minimum": 3,
        "desired": desired,
        "maximum": desired + rng.randint(1, 4),
        "scaling": choices.autoscaler,
    }
    return {
        "aws": {
            "accountId": ACCOUNT,
            "region": region,
            "permissionsBoundary": f"boundary-shop-{choices.stage}",
        },
        "network": {
            "cidr": f"10.{rng.randint(16, 200)}.0.0/16",
            "zones": zones,
            "natGateways": "perZone" if choices.protect else rng.choice(("perZone", "single")),
            "flowLogs": {"retentionDays": rng.choice((30, 90, 365))},
        },
        "cluster": {
            "version": rng.choice(("1.35", "1.36")),
            "adminRoleArns": [f"arn:aws:iam::{ACCOUNT}:role/platform-admin"],
            "deletionProtection": choices.protect or rng.random() < 0.5,
            "nodes": nodes,
        },
    }


def _data(choices: _Choices) -> Section:
    rng, result = choices.rng, Section()
    if choices.uses_database:
        result["database"] = {
            "engineVersion": rng.choice(("17", "18")),
            "instanceClass": "db.r8g.large",
            "storageGib": rng.choice((20, 50, 100)),
            "maxStorageGib": rng.choice((200, 500)),
            "multiAz": choices.protect or rng.random() < 0.5,
            "backupRetentionDays": rng.randint(7, 35),
            "finalSnapshot": choices.protect or rng.random() < 0.5,
            "deletionProtection": choices.protect or rng.random() < 0.5,
        }
    if choices.uses_cache:
        several = choices.protect or rng.random() < 0.5
        result["cache"] = {
            "nodeType": "cache.m6g.large",
            "replicas": 1 if several else 0,
            "multiAz": several,
            "snapshotRetentionDays": rng.randint(7, 35),
            "finalSnapshot": choices.protect or rng.random() < 0.5,
        }
    if choices.storage:
        result["storage"] = {"noncurrentDays": rng.randint(7, 90)}
    if choices.secrets:
        result["secrets"] = {
            "signingKeys": True,
            "generated": [{"secret": "session", "key": "SESSION_KEY"}] if rng.random() < 0.5 else [],
            "supplied": [{"secret": "payments", "keys": ["MERCHANT_ID"]}] if rng.random() < 0.5 else [],
        }
        result["secretsManager"] = {"recoveryWindowDays": 30 if choices.protect else rng.choice((0, 7, 30))}
    return result


def _delivery(choices: _Choices) -> Section:
    rng, result = choices.rng, Section()
    if choices.registry:
        result["registry"] = {"ownership": rng.choice(("create", "existing"))}
    if choices.ci:
        ownership = result["registry"]["ownership"]
        result["ci"] = {
            "provider": ownership,
            "pushRole": {"ownership": ownership, "name": "shop-push"},
            "deployRole": {"name": f"shop-{choices.stage}-deploy", "githubEnvironment": choices.stage},
            "stateBucket": "shop-pulumi-state",
            "stateKeyAlias": "alias/shop-pulumi-state",
        }
    operators: Section = {"reloader": {}} if rng.random() < 0.5 else {}
    if choices.secrets or choices.uses_database or choices.uses_cache:
        operators["externalSecrets"] = {}
    if choices.edge:
        operators |= {"loadBalancerController": {}, "externalDns": {}, "rollouts": {}, "prometheus": {}}
        result["edge"] = {"zone": {"name": ZONE, "ownership": "existing", "zoneId": "Z0123456789SHOP"}}
        result["edge"] |= {"firewall": {}} if rng.random() < 0.5 else {}
    if choices.alarms:
        result["alarms"] = {"emails": [f"ops@{ZONE}"], "monthlyBudgetUsd": rng.randint(100, 9000)}
    return result | {"operators": operators, "argocd": {"highAvailability": choices.highly_available}}


def _environments(choices: _Choices) -> list[Section]:
    names: Sequence[str] = ENVIRONMENTS[: choices.rng.randint(1, len(ENVIRONMENTS))]
    return [_environment(choices, number, name) for number, name in enumerate(names)]


def _environment(choices: _Choices, number: int, name: str) -> Section:
    rng = choices.rng
    replicas = rng.randint(1, 3)
    environment: Section = {
        "name": name,
        "namespace": f"shop-{name}",
        "path": f"deploy/my shop@{name}",
        "revision": rng.choice(("main", "release/1.x")),
        "deployment": {"triggers": [rng.choice(("push", "manual", "releaseTag"))], "imageTag": "commitSha"},
        "resourceClass": rng.choice(("small", "large")),
        "replicas": replicas,
        "variables": {"log.level": rng.choice(("debug", "info"))},
    }
    environment |= {"maxReplicas": replicas + rng.randint(0, 2)} if rng.random() < 0.4 else {}
    if rng.random() < 0.3:
        first = choices.services[0]["name"]
        environment["services"] = {first: {"replicas": replicas + 1, "maxReplicas": replicas + 2}}
    if rng.random() < 0.3:
        environment["quotaHeadroomPercent"] = rng.randint(0, 50)
    if choices.uses_database:
        environment["databasePrefix"] = f"shop_{name}_"
    if choices.uses_cache:
        environment["cacheDatabase"] = number
    automated = rng.random() < 0.8
    if not automated:
        environment["sync"] = {"automated": False}
    elif rng.random() < 0.4:
        window = {"kind": rng.choice(("allow", "deny")), "schedule": "0 22 * * 1-5", "duration": "8h30m"}
        environment["sync"] = {"windows": [window | {"timeZone": rng.choice(("UTC", "Europe/Berlin"))}]}
    if choices.edge:
        environment["hosts"] = [f"{name}.{ZONE}"]
    if choices.edge and rng.random() < 0.3:
        environment["canary"] = {
            "stepPercent": 10,
            "maxPercent": rng.choice((20, 50)),
            "successRatePercent": 99.5,
            "p99Milliseconds": 500,
        }
    elif automated and rng.random() < 0.3:
        environment["pullRequests"] = {"maximum": 1}
    if rng.random() < 0.3:
        environment["extras"] = [{"name": "front", "port": 3000, "resources": _resources(rng)}]
    return environment
