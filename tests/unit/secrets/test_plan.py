"""Which Secrets with which keys an environment gets, out of which entries, and what is refused."""

from functools import cache
from typing import Any

from components.config.platform import PlatformConfig
from components.environments.plan import EnvironmentPlan, plan_environments
from components.secrets.plan import Content, SecretsPlan
from tests.facts.nova import SERVICES
from tests.harness.config_samples import ABSENT, changed, loaded, refusals

DATABASE_KEYS = {f"{service.short_name}-db-url" for service in SERVICES}
NOVA = {
    "nova-db-credentials": {*DATABASE_KEYS, "redis-url", "DATABASE_URL", "DB_USER", "DB_PASSWORD"},
    "nova-redis-credentials": {"REDIS_URL"},
    "nova-jwt-keys": {"JWT_PRIVATE_KEY_PEM", "JWT_PUBLIC_KEY_PEM", "JWT_SECRET"},
    "nova-s3-credentials": {"S3_BUCKET", "AWS_REGION"},
    "nova-messaging-keys": {"MESSAGE_ENCRYPTION_MASTER_KEY"},
}
"""What the services read at start, as the description has it."""
LOCAL = dict.fromkeys(("network", "cluster", "registry", "ci", "database", "cache", "storage", "aws"), ABSENT)


@cache
def committed(stack: str) -> PlatformConfig:
    return loaded(changed(stack), stack)


def configured(stack: str = "staging", **changes: Any) -> PlatformConfig:
    return loaded(changed(stack, **changes), stack) if changes else committed(stack)


def of(config: PlatformConfig, environment: str = "staging") -> SecretsPlan:
    [found] = [e for e in config.environments if e.name == environment]
    return EnvironmentPlan(config, found).secrets


def test_every_environment_has_the_secrets_and_keys_that_the_services_read() -> None:
    for stack, names in (("staging", ("dev", "staging")), ("prod", ("production",))):
        config = configured(stack)
        for name in names:
            assert {secret: set(keys) for secret, keys in of(config, name).secrets.items()} == NOVA


def test_entries_are_filed_by_system_and_environment() -> None:
    found = of(configured())
    assert "nova/staging/auth-db-url" in {entry.path for entry in found.entries}
    assert all(entry.path == f"nova/staging/{entry.name}" for entry in found.entries)


def test_environments_share_no_entry() -> None:
    config = configured()
    paths = [entry.path for name in ("dev", "staging") for entry in of(config, name).entries]
    assert len(paths) == len(set(paths)) == 26


def test_every_key_comes_out_of_an_entry_that_the_program_fills() -> None:
    found = of(configured())
    sources = {source.entry for keys in found.secrets.values() for source in keys.values()}
    assert sources == {entry.path for entry in found.entries}


def test_a_service_has_the_database_and_user_of_its_environment() -> None:
    config = configured()
    for plan in plan_environments(config):
        made = {e.path: e.database for e in plan.secrets.entries if e.database}
        keys = plan.secrets.secrets["nova-db-credentials"]
        for service, database in plan.databases.by_service.items():
            assert made[str(keys[f"{service.removesuffix('-service')}-db-url"].entry)] == database
        assert sorted(made.values()) == plan.databases.names


def test_services_that_share_a_database_share_one_entry() -> None:
    named: dict[str, Any] = {f"services__{i}__database": {"name": "shop"} for i in range(len(SERVICES))}
    found = of(configured(**named, secrets__sharedDatabase="shop"))
    [entry] = [e for e in found.entries if e.database]
    assert (entry.name, entry.content, entry.database) == ("shop-db", Content.DATABASE, "nova_shop")
    keys = found.secrets["nova-db-credentials"]
    assert {(s.entry, s.property) for key, s in keys.items() if key in {*DATABASE_KEYS, "DATABASE_URL"}} == {
        ("nova/staging/shop-db", "url")
    }


def test_nothing_is_made_without_secrets() -> None:
    assert of(configured(secrets=ABSENT, secretsManager=ABSENT)) == SecretsPlan()


def test_nothing_is_made_on_a_cluster_that_is_not_the_stacks_own() -> None:
    # The catalogue's `secrets` and `storage: true` hold for all stacks: a local one leaves them alone.
    resources = {"cpuRequest": "100m", "memoryRequest": "256Mi", "cpuLimit": "500m", "memoryLimit": "512Mi"}
    store = {"app": "store", "port": 5432, "resources": resources}
    own = {"databasePrefix": None, "cacheDatabase": None, "databaseInNamespace": store}
    environments = [{**e, **own} for e in changed()["nova:environments"]]
    changes: dict[str, Any] = {
        **LOCAL,
        "kubeconfig": {"context": "kind"},
        "operators": ABSENT,
        "secretsManager": ABSENT,
        "environments": environments,
    }
    config = configured(**changes)
    assert [EnvironmentPlan(config, e).secrets for e in config.environments] == [SecretsPlan(), SecretsPlan()]


def test_each_part_follows_its_section() -> None:
    assert "nova-s3-credentials" not in of(configured(services__4__storage=False, storage=ABSENT)).secrets
    assert "nova-jwt-keys" not in of(configured(secrets__signingKeys=False)).secrets
    assert "DATABASE_URL" not in of(configured(secrets__sharedDatabase=ABSENT)).secrets["nova-db-credentials"]
    silent: dict[str, Any] = {f"services__{i}__cache": False for i in range(len(SERVICES))}
    assert "nova-redis-credentials" not in of(configured(**silent)).secrets


def test_generated_keys_of_one_secret_share_its_entry() -> None:
    keys = [{"secret": "tokens", "key": "A", "bytes": 16}, {"secret": "tokens", "key": "B"}]
    found = of(configured(secrets__generated=keys))
    [entry] = [e for e in found.entries if e.content is Content.GENERATED]
    assert (entry.path, entry.generated) == ("nova/staging/tokens", {"A": 16, "B": 32})
    assert {key: s.property for key, s in found.secrets["nova-tokens"].items()} == {"A": "A", "B": "B"}


def test_supplied_values_are_delivered_and_not_made() -> None:
    found = of(configured(secrets__supplied=[{"secret": "payments", "keys": ["API_KEY"]}]))
    assert "nova/staging/payments" not in {entry.path for entry in found.entries}
    assert found.secrets["nova-payments"]["API_KEY"].entry == "nova/staging/payments"


def test_the_operator_that_makes_the_secrets_is_asked_for() -> None:
    [line] = refusals(operators__externalSecrets=ABSENT)
    assert line == (
        "Pulumi.staging.yaml: operators.externalSecrets: is missing; it creates the Secrets of `secrets`. "
        "Add `externalSecrets: {}`."
    )


def test_a_shared_database_is_nobodys_own() -> None:
    [line] = refusals(secrets__sharedDatabase="auth")
    assert line.startswith("Pulumi.yaml: secrets.sharedDatabase: auth is the database of auth-service")


def test_a_shared_database_of_one_environment_is_no_database_of_another() -> None:
    lines = refusals(secrets__sharedDatabase="dev_auth")
    assert any("results in 'nova_dev_auth', which is a database of environment dev" in line for line in lines)


def test_names_that_the_platform_uses_are_refused() -> None:
    for name in ("db-credentials", "jwt-keys", "redis-url", "auth-db-url"):
        [line] = refusals(secrets__generated=[{"secret": name, "key": "A"}])
        assert line == (
            f"Pulumi.yaml: secrets.generated[0].secret: {name} is a Secret of the platform. Write another name."
        )


def test_a_secret_is_named_without_the_prefix_that_is_added() -> None:
    for name, remedy in (("nova-session", "session"), ("nova-jwt-keys", "another name")):
        [line] = refusals(secrets__generated=[{"secret": name, "key": "A"}])
        assert line == (
            f"Pulumi.yaml: secrets.generated[0].secret: {name} has the prefix nova-, which is added. Write {remedy}."
        )


def test_a_secret_and_a_key_are_there_once() -> None:
    twice = [{"secret": "a", "key": "A"}, {"secret": "a", "key": "A"}]
    [line] = refusals(secrets__generated=twice)
    assert "secrets.generated[1].key: 'a/A' is already the key of another entry" in line
    [line] = refusals(secrets__generated=twice[:1], secrets__supplied=[{"secret": "a", "keys": ["B"]}])
    assert "secrets.supplied[0].secret: a is already listed under secrets" in line
    [line] = refusals(secrets__supplied=[{"secret": "b", "keys": ["B", "B"]}])
    assert "secrets.supplied[0].keys[1]: 'B' is already the key" in line


def test_a_recovery_window_is_one_that_secrets_manager_has() -> None:
    [line] = refusals(secretsManager__recoveryWindowDays=3)
    assert "3 is not a recovery window of Secrets Manager: 7 to 30 days, or 0 for none. Write 7." in line


def test_storage_is_asked_for_where_a_service_wants_it_and_refused_where_none_does() -> None:
    [line] = refusals(storage=ABSENT)
    assert "storage: is missing, and media-service has `storage: true`. Add `storage: {}`." in line
    [line] = refusals(services__4__storage=False)
    assert "storage: has no effect: no service has `storage: true`. Remove it." in line


def test_an_environment_whose_name_makes_iams_too_long_is_refused() -> None:
    [line] = refusals(environments__0__name="a" * 36, operators__externalSecrets={})
    assert f"environments[0].name: '{'a' * 36}' makes the name of its bucket's role too long." in line
    assert line.endswith("Write at most 35 characters.")


def test_an_environment_whose_name_makes_its_jobs_too_long_is_refused() -> None:
    changes: dict[str, Any] = {"storage": ABSENT, "services__4__storage": False}
    [line] = refusals(environments__0__name="a" * 36, **changes)
    assert f"environments[0].name: '{'a' * 36}' makes the name of the Job that creates its databases too long." in line
    assert line.endswith("Write at most 35 characters.")
    loaded(changed(environments__0__name="a" * 35, **changes))
