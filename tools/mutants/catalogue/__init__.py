"""All mutants, by area."""

from tools.mutants.catalogue.access import ACCESS_RULES, PROJECT_WALLS, SECRET_ACCESS, STACK_RULES
from tools.mutants.catalogue.argocd import ARGOCD, ARGOCD_POLICIES, ARGOCD_VALUES, GITOPS
from tools.mutants.catalogue.cluster import ACCESS, ADDONS, CLUSTER, NODES
from tools.mutants.catalogue.config import CAPACITY, CONFIG
from tools.mutants.catalogue.data import CACHE, DATABASE
from tools.mutants.catalogue.doors import DOORS
from tools.mutants.catalogue.edge import EDGE, FIREWALL, LOAD_BALANCERS
from tools.mutants.catalogue.environment import BESIDE, ENVIRONMENT, NETWORK_POLICIES, QUOTA
from tools.mutants.catalogue.network import NETWORK, NETWORK_SERVICES, SUBNETS
from tools.mutants.catalogue.operators import CANARY, OPERATOR_NETWORK, OPERATOR_RIGHTS, OPERATORS
from tools.mutants.catalogue.refusals import BROKEN_SECTIONS, IDLE_KEYS, SHOWN_SECRETS
from tools.mutants.catalogue.registry_ci import IDENTITIES, PERMISSIONS, REGISTRY, TRUST
from tools.mutants.catalogue.secrets import BOOTSTRAP, SECRETS, STORAGE
from tools.mutants.catalogue.stack import STACK
from tools.mutants.model import Area

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
