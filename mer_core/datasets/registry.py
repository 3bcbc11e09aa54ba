"""All data sets that can be imported, by name; and which of them a folder is."""

from pathlib import Path

from mer_core.datasets.cas_me_2 import CAS_ME_2
from mer_core.datasets.cas_me_3 import CAS_ME_3
from mer_core.datasets.casme import CASME
from mer_core.datasets.casme2 import CASME2
from mer_core.datasets.coding import coding_candidates, is_named
from mer_core.datasets.dataset import DataSet
from mer_core.datasets.four_dme import FOUR_DME
from mer_core.datasets.mmew import MMEW
from mer_core.datasets.names import ALIASES
from mer_core.datasets.samm import SAMM
from mer_core.datasets.smic import SMIC_HS, SMIC_NIR, SMIC_VIS
from mer_core.errors import MerError

DATA_SETS: dict[str, DataSet] = {
    each.name: each for each in (SMIC_HS, SMIC_VIS, SMIC_NIR, CASME, CASME2, SAMM, CAS_ME_2, CAS_ME_3, MMEW, FOUR_DME)
}
_BY_SIGN = (CAS_ME_3, CAS_ME_2, CASME2, FOUR_DME, MMEW, SAMM, SMIC_HS, CASME)
"""Those of longer names first: a folder of CASME II is also named like one of CASME."""


def data_set(name: str) -> DataSet:
    """The data set of a name, MerError if there is none."""
    known = DATA_SETS.get(ALIASES.get(name, name))
    if known is None:
        raise MerError(f"There is no importer “{name}”: choose one of {', '.join(DATA_SETS)}, or generic.")
    return known


def detect(folder: Path) -> DataSet | None:
    """Which data set a folder is the root of: by a coding file named like one's in or near it, which SMIC's folders
    (``HS``, ``VIS``, ``NIR``) also show; else None.
    """
    for dataset in _BY_SIGN:
        if any(is_named(dataset, file) and folder in file.parents for file in coding_candidates(dataset, folder)):
            return dataset
    cameras = {each.name.casefold() for each in folder.iterdir() if each.is_dir()} if folder.is_dir() else set()
    if {"vis", "nir"} <= cameras or ("hs" in cameras and "smic" in folder.name.casefold()):
        return SMIC_HS if "hs" in cameras else SMIC_VIS
    return None
