"""All mutants, by area."""

from tools.mutants.catalogue.argocd import ARGOCD, ARGOCD_POLICIES, ARGOCD_VALUES, GITOPS
from tools.mutants.catalogue.cluster import ACCESS, ADDONS, CLUSTER, NODES
from tools.mutants.catalogue.config import CAPACITY, CONFIG
from tools.mutants.catalogue.data import CACHE, DATABASE
from tools.mutants.catalogue.environment import ENVIRONMENT, NETWORK_POLICIES, QUOTA
from tools.mutants.catalogue.network import NETWORK, NETWORK_SERVICES, SUBNETS
from tools.mutants.catalogue.registry_ci import IDENTITIES, PERMISSIONS, REGISTRY, TRUST
from tools.mutants.catalogue.secrets import SECRETS, STORAGE
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
)
