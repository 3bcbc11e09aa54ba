"""All data sets that can be imported, by name; and which of them a folder is."""

from mer_core.datasets.casme2 import CASME2
from mer_core.datasets.dataset import DataSet
from mer_core.datasets.smic import SMIC_HS, SMIC_NIR, SMIC_VIS
from mer_core.errors import MerError

DATA_SETS: dict[str, DataSet] = {each.name: each for each in (CASME2, SMIC_HS, SMIC_VIS, SMIC_NIR)}
ALIASES = {"smic": "smic-hs"}


def data_set(name: str) -> DataSet:
    """The data set of a name, MerError if there is none."""
    known = DATA_SETS.get(ALIASES.get(name, name))
    if known is None:
        raise MerError(f"There is no importer “{name}”: choose one of {', '.join(DATA_SETS)}, or generic.")
    return known
