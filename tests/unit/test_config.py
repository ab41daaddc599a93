"""What the committed stacks say, and how a wrong stack file is refused."""

import json
from typing import Any

import pytest

from components.config import ConfigurationError
from components.config.docs import render
from components.config.platform import PlatformConfig
from tests.unit.config_samples import ABSENT, changed, loaded, refusals
from tests.unit.harness import ROOT, run_program
from tests.unit.harness_config import load_project, stack_config


@pytest.mark.parametrize("stack", ["staging", "prod"])
def test_committed_stacks_are_valid(stack: str) -> None:
    assert loaded(changed(stack), stack).prefix == f"nova-{stack}"


def test_both_stack_files_have_the_same_keys_in_the_same_order() -> None:
    shape: dict[str, Any] = {}
    for stack in ("staging", "prod"):
        config = stack_config(stack, ROOT)
        shape[stack] = [(key, list(value) if isinstance(value, dict) else None) for key, value in config.items()]
    assert shape["staging"] == shape["prod"]


def test_no_service_is_described_in_a_stack_file() -> None:
    catalogue = load_project(ROOT)["config"]["services"]["value"]
    for stack in ("staging", "prod"):
        text = (ROOT / f"Pulumi.{stack}.yaml").read_text()
        assert not [service["name"] for service in catalogue if service["name"] in text]


def test_configuration_never_changes() -> None:
    config = loaded(changed())
    with pytest.raises(ValueError, match="frozen"):
        config.stage = "other"  # pyright: ignore[reportAttributeAccessIssue] the attempt is the test


def test_all_problems_of_a_run_are_in_one_report_with_file_path_and_remedy() -> None:
    lines = refusals(
        services__2__port=70000,
        network__natGateway="single",
        database__engineVersion=17.6,
        cluster__nodes__minimum="3",
        stage="Staging!",
    )
    assert lines == [
        "Pulumi.yaml: services[2].port: 70000 is not a port (1-65535). Write e.g. 8080.",
        "Pulumi.staging.yaml: stage: 'Staging!' is not a name of 2-12 lower-case letters and digits. Write e.g. staging.",
        "Pulumi.staging.yaml: network.natGateway: is not a known key. Write natGateways.",
        "Pulumi.staging.yaml: cluster.nodes.minimum: '3': input should be a valid integer. Fewest nodes.",
        'Pulumi.staging.yaml: database.engineVersion: 17.6 must be text. Put it in quotes: "17.6".',
    ]


def test_unknown_section_names_the_closest_known_one() -> None:
    config = changed()
    config["nova:enviroments"] = config.pop("nova:environments")
    with pytest.raises(ConfigurationError) as refused:
        loaded(config)
    lines = str(refused.value).splitlines()
    assert lines[0] == "2 problems in the configuration of stack staging; nothing was changed."
    assert "Pulumi.staging.yaml: enviroments: is not a known key. Write environments." in lines
    assert any(line.startswith("Pulumi.staging.yaml: environments: is missing.") for line in lines)


def test_a_refused_configuration_registers_nothing() -> None:
    registered: list[object] = []

    def program() -> None:
        loaded_config = __import__("components.config", fromlist=["load"]).load()
        registered.append(loaded_config)

    with pytest.raises(ConfigurationError):
        run_program(program, project="nova", stack="staging", config=changed(stage="!"))
    assert registered == []


def test_a_secret_in_a_stack_file_is_refused_without_showing_it() -> None:
    config = changed()
    config["nova:database"] = {"password": {"secure": "hunter2"}}
    with pytest.raises(ConfigurationError) as refused:
        loaded(config)
    assert "Pulumi.staging.yaml: database: is a secret." in str(refused.value)
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"services__1__name": "auth-service"}, "services[1].name: 'auth-service' is the name of another entry already."),
        ({"services__1__calls": ["pay"]}, "services[1].calls[0]: 'pay' is no service of the catalogue."),
        (
            {"services__0__resources__standard__memoryLimit": "128Mi"},
            "services[0].resources.standard.memoryLimit: 128Mi is below the request 256Mi. Write 256Mi or more.",
        ),
        ({"services__0__resources__standard__memoryLimit": "1Gb"}, "services[0].resources.standard.memoryLimit: '1Gb' is not"),
        ({"services__0__resources__standard__cpuLimit": "500 m"}, "services[0].resources.standard.cpuLimit: '500 m' is not"),
        ({"aws__accountId": 25434362120}, "aws.accountId: 25434362120 must be text. Put it in quotes"),
        ({"network__cidr": "10.20.0.1/16"}, "network.cidr: 10.20.0.1/16 has host bits set."),
        ({"network__cidr": "8.8.0.0/16"}, "network.cidr: 8.8.0.0/16 is not a private range."),
        ({"network__cidr": "10.0.0.0/8"}, "network.cidr: /8 is outside /16-/21."),
        ({"network__cidr": "172.20.0.0/16"}, "cluster.serviceCidr: 172.20.0.0/16 overlaps network.cidr 172.20.0.0/16."),
        ({"network__zones": ["ap-northeast-1a"]}, "network.zones: tuple should have at least 2 items"),
        ({"network__zones": ["ap-northeast-1a", "us-east-1a"]}, "network.zones[1]: us-east-1a is not in region"),
        ({"network__zones": ["ap-northeast-1a", "ap-northeast-1a"]}, "network.zones[1]: ap-northeast-1a is there twice."),
        ({"network__flowLogs__retentionDays": 31}, "network.flowLogs.retentionDays: 31 days is not a retention"),
        ({"cluster__version": "1.34"}, "cluster.version: '1.34' is not allowed here. Write '1.35' or '1.36'."),
        ({"cluster__version": 1.36}, "cluster.version: 1.36 is not allowed here. Write '1.35' or '1.36'."),
        ({"cluster__nodes__minimum": 5}, "cluster.nodes: minimum 5, desired 4 and maximum 6 contradict each other."),
        ({"cluster__nodes__instanceType": "t3.lagre"}, "cluster.nodes.instanceType: 't3.lagre' is not a type whose capacity"),
        ({"cluster__publicAccessCidrs": ["0.0.0.0/0"]}, "cluster.publicAccessCidrs[0]: 0.0.0.0/0 opens the API server"),
        ({"cluster__adminRoleArns": ["admin"]}, "cluster.adminRoleArns[0]: 'admin' is not the ARN of an IAM role."),
        (
            {"cluster__adminRoleArns": ["arn:aws:iam::111111111111:role/a"]},
            "cluster.adminRoleArns[0]: arn:aws:iam::111111111111:role/a is not a role of account 025434362120.",
        ),
        ({"aws__permissionsBoundary": ABSENT}, "aws.permissionsBoundary: is missing, and ci.deployRole can make roles."),
        ({"repository__githubOwnerId": "*"}, "repository.githubOwnerId: '*' is not a numeric GitHub id."),
        ({"repository__githubOwnerId": ABSENT}, "repository: githubOwnerId and githubRepositoryId go together."),
        ({"repository__url": "github.com/proerror77/Nova.git"}, "repository.url: 'github.com/proerror77/Nova.git' does not have the form"),
        ({"registry__keepTagged": 5}, "registry.keepTagged: 5"),
        ({"registry__ownership": "mine"}, "registry.ownership: 'mine' is not allowed here. Write 'create' or 'existing'."),
        ({"database__instanceClass": "cache.t4g.micro"}, "database.instanceClass: 'cache.t4g.micro' does not have the form"),
        ({"database__instanceClass": "db.t4g.medum"}, "database.instanceClass: "),
        ({"database__username": "postgres"}, "database.username: 'postgres' is reserved"),
        ({"database__maxStorageGib": 20}, "database.maxStorageGib: 20 leaves no room to grow above storageGib 20."),
        ({"database__maintenanceWindow": "sun:17:30-sun:18:30"}, "database.maintenanceWindow: sun:17:30-sun:18:30 overlaps"),
        ({"database__backupRetentionDays": 0}, "database.backupRetentionDays: 0"),
        ({"cache__multiAz": True}, "cache.replicas: 0 replicas, and multiAz wants one."),
        ({"environments__0__namespace": "nova"}, "environments[1].namespace: 'nova' is the namespace of another entry already."),
        ({"environments__0__namespace": "kube-system"}, "environments[0].namespace: 'kube-system' is not for services."),
        ({"environments__0__resourceClass": "tiny"}, "environments[0].resourceClass: auth-service has no resources of class 'tiny'."),
        ({"environments__0__path": "/k8s"}, "environments[0].path: '/k8s' is not a folder inside the repository."),
        ({"environments__0__path": "k8s/../x"}, "environments[0].path: 'k8s/../x' is not a folder inside the repository."),
        ({"environments__0__revision": "HEAD"}, "environments[0].revision: 'HEAD' is not a branch, tag or commit."),
        ({"environments__0__databasePrefix": "nova_"}, "environments[1].databasePrefix: makes 'nova_auth', which is a database"),
        ({"environments__0__databasePrefix": ABSENT}, "environments[0].databasePrefix: is missing. Write e.g. nova_dev_."),
        ({"environments__0__cacheDatabase": 0}, "environments[1].cacheDatabase: 0 is the cache database of environment dev."),
        ({"environments__0__maxReplicas": 0}, "environments[0].maxReplicas: 0"),
        ({"environments__1__maxReplicas": 1}, "environments[1].maxReplicas: 1 is below replicas 2."),
        ({"environments__1__services": {"x": {"replicas": 1}}}, "environments[1].services.x: is no service of the catalogue."),
        ({"argocd__chartVersion": ">=10"}, "argocd.chartVersion: '>=10' is not an exact version."),
        ({"services__1__name": "auth"}, "services[1].name: 'auth' is the short name (without `-service`) of another entry"),
        ({"services__0__port": None}, "services[1].calls[0]: auth-service has no port that could be called."),
        (
            {"environments__1__services": {"auth-service": {"maxReplicas": 1}}},
            "environments[1].services.auth-service.maxReplicas: 1 is below replicas 2. Write 2 or more.",
        ),
        (
            {"cluster__deployerRoleArns": ["arn:aws:iam::025434362120:role/platform-admin"]},
            "cluster.deployerRoleArns[0]: platform-admin has its access already.",
        ),
        (
            {"argocd__sso": {"name": "x", "issuer": "https://x.example.com", "clientId": "a",
                             "clientSecretRef": "$s:k", "adminGroups": ["a"]}},
            "argocd.url: is missing, and sign-in comes back to it.",
        ),
        (
            {"argocd__highAvailability": True, "cluster__nodes__minimum": 2},
            "cluster.nodes.minimum: 2 nodes do not hold argocd.highAvailability",
        ),
        ({"network": ABSENT}, "cluster: needs the section network."),
        ({"cluster": ABSENT}, "database: needs the section cluster."),
    ],
)  # fmt: skip
def test_bad_value_is_refused_at_its_key(changes: dict[str, Any], line: str) -> None:
    refused = refusals(**changes)
    assert any(line in found for found in refused), "\n".join(refused)


def test_three_t3_medium_are_refused_for_staging_with_the_sums() -> None:
    (line,) = refusals(cluster__nodes={"instanceType": "t3.medium", "minimum": 3, "desired": 3, "maximum": 3})
    assert line.startswith("Pulumi.staging.yaml: cluster.nodes: 3 x t3.medium hold 51 pods, 5.79 CPU, ")
    assert "staging, while rolling: 32 pods, 3.60 CPU, 13.0 GiB" in line
    assert "Write " in line.rsplit(".", 2)[-2] or "Write " in line


def test_connections_beyond_the_database_are_refused_with_the_sum() -> None:
    (line,) = refusals(database__instanceClass="db.t4g.micro")
    assert "database.instanceClass: db.t4g.micro allows" in line
    assert "the services' pools take 360 while rolling" in line


def test_addresses_beyond_the_subnets_are_refused() -> None:
    lines = refusals(network__cidr="10.20.0.0/21", cluster__nodes__maximum=60)
    assert any("network.cidr: the private subnets hold" in line for line in lines), lines


def test_reference_states_every_key_of_the_model() -> None:
    text = render()
    for field in PlatformConfig.model_fields.values():
        assert f"| `{field.alias}` |" in text


def test_every_key_is_described() -> None:
    from components.config import docs

    missing = [
        f"{section.__name__}.{name}"
        for section in docs.sections(PlatformConfig)
        for name, field in section.model_fields.items()
        if not field.description
    ]
    assert missing == []


def test_values_survive_the_engines_json() -> None:
    assert json.loads(json.dumps(changed())) == changed()
