"""The mutants, by harm: what a user would lose if the change went unnoticed."""

from collections.abc import Mapping, Sequence

from tests.mutants.edits import added, argument, attribute, condition, constant, text, without
from tests.mutants.model import MAIN, Mutant

DATA_LOSS = (
    Mutant(
        "data",
        "`pulumi destroy` deletes the database of a protected stack.",
        argument("protect", "False", within="rds.Instance"),
    ),
    Mutant(
        "stack",
        "The database of a protected stack is not protected: the component is never told.",
        argument("protect", "False", within="DatabaseArgs"),
    ),
    Mutant(
        "data",
        "Anyone with access to the console deletes the database in one call.",
        argument("deletion_protection", "False", within="rds.Instance"),
    ),
    Mutant(
        "data", "A deleted database leaves no snapshot.", argument("skip_final_snapshot", "True", within="rds.Instance")
    ),
    Mutant(
        "data",
        "A deleted database takes its backups with it.",
        argument("delete_automated_backups", "True", within="rds.Instance"),
    ),
    Mutant(
        "data",
        "The database has no backups to restore.",
        argument("backup_retention_period", "0", within="rds.Instance"),
    ),
    Mutant("data", "The key of the final snapshot is deleted with the stack.", argument("retain", "False")),
    Mutant(
        "controllers", "Removing a controller removes every Secret or node that it created.", constant("KEEP", "{}")
    ),
    Mutant(
        "data",
        "`pulumi destroy` deletes the cache of a protected stack.",
        argument("protect", "False", within="elasticache.ReplicationGroup"),
    ),
    Mutant(
        "data",
        "`pulumi destroy` deletes the bucket with all uploads.",
        argument("force_destroy", "True", within="s3.Bucket"),
    ),
    Mutant(
        "data",
        "An overwritten or deleted object cannot be restored.",
        text("Enabled", "Suspended", within="BucketVersioningVersioningConfigurationArgs"),
    ),
    Mutant(
        "account",
        "A deleted key makes everything that it encrypted unreadable.",
        argument("protect", "False", within="kms.Key"),
    ),
    Mutant("registry", "`pulumi destroy` deletes repositories with their images.", argument("force_delete", "True")),
    Mutant(
        "secrets", "A secret that was deleted by mistake cannot be restored.", argument("recovery_window_in_days", "0")
    ),
    Mutant("argocd", "An uninstalled Argo CD deletes every Application and all workloads.", argument("keep", "False")),
)

EXPOSURE = (
    Mutant("data", "The database has a public address.", argument("publicly_accessible", "True")),
    Mutant(
        "stack",
        "The database and the cache are in public subnets.",
        attribute("private_subnet_ids", "public_subnet_ids", within="StoreNetwork"),
    ),
    Mutant("data", "Passwords travel to the database unencrypted.", argument("value", "'0'", within="rds.force_ssl")),
    Mutant("secrets", "Services connect to their databases without TLS.", text("?sslmode=require", "")),
    Mutant("data", "The cache accepts unencrypted connections.", argument("transit_encryption_enabled", "False")),
    Mutant("data", "The cache needs no password.", argument("auth_token", "None")),
    Mutant("data", "A bucket policy can make uploads public.", argument("block_public_policy", "False")),
    Mutant(
        "config",
        "A refusal prints the password that was typed into a stack file.",
        argument("hidden", "False", was=r"\("),
    ),
    Mutant(
        "network",
        "A stolen pod copies data to a bucket of its owner through the S3 endpoint.",
        argument("condition", None, within="OwnBuckets"),
    ),
    Mutant("cluster", "The API server accepts connections from everywhere.", argument("public_access_cidrs", "None")),
    Mutant(
        "cluster", "Every NetworkPolicy of the cluster is ignored.", argument("configuration", "None", within="vpc-cni")
    ),
    Mutant("environments", "Every service may call every other one.", condition(r"\bin \w+\.calls$", "True")),
    Mutant(
        "environments",
        "Private services accept calls from the load balancers' subnets.",
        condition(r"\.public$", "True"),
    ),
    Mutant(
        "kubernetes",
        "Pods of services reach all of a company's network.",
        without("^'10.0.0.0/8'$"),
    ),
    Mutant("environments", "Services that use no database reach it.", condition(r"\.database is not None$", "True")),
    Mutant(
        "argocd", "Any pod of Argo CD's namespace reads and changes cached manifests.", constant("REDIS_CLIENTS", "()")
    ),
    Mutant("argocd", "Argo CD's user interface needs no login.", argument("users.anonymous.enabled", "True")),
    Mutant(
        "argocd", "Argo CD's user interface is on the internet with its webhooks.", argument("path_type", "'Prefix'")
    ),
    Mutant(
        "edge",
        "Requests with SQL injections pass the firewall.",
        text("AWSManagedRulesSQLiRuleSet", "AWSManagedRulesLinuxRuleSet"),
    ),
    Mutant("controllers", "Load balancers accept TLS 1.0.", text("-TLS13-1-2-Res-2021-06", "-2016-08")),
)

PRIVILEGE = (
    Mutant(
        "cluster", "A request forged through a pod reads its node's credentials.", argument("http_tokens", "'optional'")
    ),
    Mutant(
        "cluster",
        "A stolen node administers the account.",
        added("'AdministratorAccess'", to="AmazonEKSWorkerNodePolicy"),
    ),
    Mutant(
        "cluster",
        "A pipeline that previews administers the cluster.",
        text("AmazonEKSViewPolicy", "AmazonEKSClusterAdminPolicy"),
    ),
    Mutant(
        "account",
        "Another account uses the platform's roles through an AWS service.",
        argument("condition", "{}", within="AssumeByService"),
    ),
    Mutant("account", "Pods of another cluster get a role of this one.", argument("aws:SourceArn", None)),
    Mutant(
        "ci",
        "A workflow of any repository can get a role if its claims match a pattern.",
        text("StringEquals", "StringLike", within="GithubActions"),
    ),
    Mutant(
        "ci",
        "A deploy role escapes its boundary by making roles without one.",
        argument("condition", None, within="CappedRoles"),
    ),
    Mutant(
        "ci",
        "A deploy role makes itself an administrator.",
        added("'AdministratorAccess'", to="AmazonEKSClusterPolicy"),
    ),
    Mutant(
        "ci", "A deploy role passes any role to its services.", argument("resources", "['*']", within="PassToServices")
    ),
    Mutant(
        "ci",
        "Roles of CI escape the permissions boundary.",
        argument("permissions_boundary", "None", was="self._args"),
    ),
    Mutant(
        "ci", "Staging's pipeline overwrites production's state.", argument("resources", "['*']", within="WriteState")
    ),
    Mutant(
        "ci",
        "A pipeline that previews reads secrets.",
        added("'secretsmanager:GetSecretValue'", to="secretsmanager:ListSecretVersionIds"),
    ),
    Mutant(
        "controllers", "The cluster reads secrets of other systems.", argument("resources", "['*']", within="Entries")
    ),
    Mutant(
        "controllers",
        "Anyone who can write to a namespace reads all secrets of the store.",
        argument("conditions", None),
    ),
    Mutant("argocd", "Every user of Argo CD administers it.", argument("policy.default", "'role:admin'")),
    Mutant("argocd", "Argo CD deploys from any repository.", argument("sourceRepos", "['*']", was="repositor")),
    Mutant("config", "Git opens its own network policies.", without(r"^\('networking.k8s.io', 'NetworkPolicy'\)$")),
    Mutant(
        "config", "Git grants rights in its namespace.", without(r"^\('rbac.authorization.k8s.io', 'RoleBinding'\)$")
    ),
    Mutant(
        "environments",
        "Every pod gets a token of the API server.",
        argument("automount_service_account_token", "True", within="ServiceAccount"),
    ),
    Mutant("environments", "Deployers read Secrets.", added("'secrets'", to="deployments")),
    Mutant(
        "stack", "The program changes whatever account it is logged in to.", argument("allowed_account_ids", "None")
    ),
)

OUTAGE = (
    Mutant(
        "cluster", "`pulumi destroy` cuts the nodes off before they have drained, and hangs.", without(r"\.egress$")
    ),
    Mutant("cluster", "Nodes start without a network and never join.", without(r"\.after$", within="eks.NodeGroup")),
    Mutant(
        "network", "The loss of one zone cuts all pods off the internet.", condition(r"NatGateways\.SINGLE", "True")
    ),
    Mutant("data", "The loss of one zone stops the database.", argument("multi_az", "False", within="rds.Instance")),
    Mutant("sizing", "A rolling update does not fit into its quota.", constant("ROLLING_FACTOR", "1")),
    Mutant(
        "sizing",
        "Pods find no room on nodes, as their DaemonSets are counted once.",
        condition(r"self\.per_node$", "False"),
    ),
    Mutant("secrets", "Pods start without their secrets and crash.", argument("annotations", "{}")),
    Mutant(
        "environments",
        "A slow version is promoted and a fast one is rolled back.",
        text("result[0] <= ", "result[0] >= "),
    ),
    Mutant(
        "argocd",
        "Argo CD starts without network policies and quota.",
        argument("depends_on", "[]", within="helm.release"),
    ),
    Mutant("argocd", "A deleted Application leaves its workload running.", argument("finalizers", "[]")),
    Mutant(
        "controllers",
        "Controllers start without credentials and stay without them.",
        argument("depends_on", "[]", within="helm.release"),
    ),
    Mutant(
        "stack",
        "A changed kubeconfig replaces every Kubernetes object.",
        argument("cluster_identifier", None, was=r"\.arn$"),
    ),
    Mutant(
        MAIN,
        "`pulumi destroy` deletes nodes and access before the objects that need them.",
        argument("depends_on", "[]", was=r"eks\.ready"),
    ),
)

ENCRYPTION = (
    Mutant("data", "The database is not encrypted.", argument("storage_encrypted", "False")),
    Mutant("data", "The cache is not encrypted.", argument("at_rest_encryption_enabled", "False")),
    Mutant(
        "cluster",
        "Kubernetes Secrets are not encrypted with the stack's key.",
        argument("encryption_config_key_arn", "None"),
    ),
    Mutant("cluster", "Volumes of nodes are not encrypted.", argument("encrypted", "'false'")),
)

COST = (
    Mutant("cluster", "Logs of the control plane are kept forever.", argument("retention_in_days", None)),
    Mutant("cluster", "The cluster moves to paid extended support.", argument("support_type", "'EXTENDED'")),
    Mutant("data", "Logs of database and cache are kept forever.", argument("retention_in_days", None)),
    Mutant("kubernetes", "Git orders load balancers.", argument("services.loadbalancers", None)),
)

VALIDATION = (
    Mutant("config", "A misspelt key is ignored without a word.", argument("extra", "'ignore'")),
    Mutant("config", "Backups can be switched off.", argument("ge", "0", within="Days of point-in-time recovery.")),
    Mutant("config", "Argo CD deploys whatever the default branch holds.", text("(?!(?i:head)$)", "")),
    Mutant("config", "A secret in a stack file is accepted.", condition(r"is_config_secret", "False")),
    Mutant("validation", "The API server can be opened to the world.", constant("WIDEST_PUBLIC_PREFIX", "0")),
    Mutant(
        "validation",
        "A deploy role without a boundary is accepted.",
        condition(r"permissions_boundary is None", "False"),
    ),
    Mutant(
        "validation", "A role of another account administers the cluster.", condition(r"aws\.account_id\}:", "False")
    ),
    Mutant("validation", "Services are deployed to kube-system.", constant("KUBERNETES_PREFIX", "'none'")),
    Mutant("validation", "Secrets of other systems are accepted.", condition(r"\.secret_prefixes", "False")),
    Mutant("validation", "Any host may pose as the Git repository's.", condition(r"^not \w+\.host_keys$", "False")),
)

MUTANTS: Mapping[str, Sequence[Mutant]] = {
    "data loss": DATA_LOSS,
    "exposure": EXPOSURE,
    "privilege": PRIVILEGE,
    "outage": OUTAGE,
    "encryption": ENCRYPTION,
    "cost": COST,
    "validation": VALIDATION,
}
