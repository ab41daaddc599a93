"""All mutants, by area."""

from tests.mutants.catalogue.access import ACCESS_RULES, PROJECT_WALLS, SECRET_ACCESS, STACK_RULES
from tests.mutants.catalogue.argocd import ARGOCD, ARGOCD_POLICIES, ARGOCD_VALUES, GITOPS
from tests.mutants.catalogue.cluster import ACCESS, ADDONS, CLUSTER, NODES
from tests.mutants.catalogue.config import CAPACITY, CONFIG
from tests.mutants.catalogue.data import CACHE, DATABASE
from tests.mutants.catalogue.doors import DOORS
from tests.mutants.catalogue.edge import EDGE, FIREWALL, LOAD_BALANCERS
from tests.mutants.catalogue.environment import BESIDE, ENVIRONMENT, NETWORK_POLICIES, QUOTA
from tests.mutants.catalogue.network import NETWORK, NETWORK_SERVICES, SUBNETS
from tests.mutants.catalogue.operators import CANARY, OPERATOR_NETWORK, OPERATOR_RIGHTS, OPERATORS
from tests.mutants.catalogue.refusals import BROKEN_SECTIONS, IDLE_KEYS, SHOWN_SECRETS
from tests.mutants.catalogue.registry_ci import IDENTITIES, PERMISSIONS, REGISTRY, TRUST
from tests.mutants.catalogue.secrets import BOOTSTRAP, SECRETS, STORAGE
from tests.mutants.catalogue.stack import STACK
from tests.mutants.model import Area

AREAS: tuple[Area, ...] = (
    NETWORK,
    NETWORK_SERVICES,
    SUBNETS,
    CLUSTER,
    ACCESS,
    NODES,
    ADDONS,
    REGISTRY,
    IDENTITIES,
    TRUST,
    PERMISSIONS,
    DATABASE,
    CACHE,
    SECRETS,
    BOOTSTRAP,
    STORAGE,
    ARGOCD,
    ARGOCD_VALUES,
    ARGOCD_POLICIES,
    GITOPS,
    ENVIRONMENT,
    QUOTA,
    NETWORK_POLICIES,
    CONFIG,
    CAPACITY,
    STACK,
    BESIDE,
    EDGE,
    FIREWALL,
    LOAD_BALANCERS,
    SECRET_ACCESS,
    ACCESS_RULES,
    STACK_RULES,
    DOORS,
    PROJECT_WALLS,
    OPERATORS,
    OPERATOR_RIGHTS,
    OPERATOR_NETWORK,
    CANARY,
    BROKEN_SECTIONS,
    SHOWN_SECRETS,
    IDLE_KEYS,
)
