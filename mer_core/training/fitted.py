"""One network trained on all clips given, to be asked about others."""

from dataclasses import dataclass

import numpy as np
import torch

from mer_core.features import FeatureSet
from mer_core.models.method import OnEpoch
from mer_core.training.kinds import Network, Settings, kind_of
from mer_core.training.team import Team, workers


@dataclass(frozen=True)
class FittedNetwork:
    """A trained network: see ``mer_core.models.method.Fitted``. uncertainty: (N,) FU-MIX's u of the clips learnt from,
    None where nothing recorded it."""

    network: Network
    settings: Settings
    uncertainty: np.ndarray | None

    def predict_proba(self, features: FeatureSet) -> np.ndarray:
        """(N, classes) float32."""
        inputs = kind_of(self.settings).inputs(features, self.settings)
        probabilities: np.ndarray = self.network.probabilities(inputs, torch.arange(len(features))).numpy()
        return probabilities


def fit_network(features: FeatureSet, settings: Settings, seed: int, on_epoch: OnEpoch) -> FittedNetwork:
    """See ``mer_core.models.method.Fit``."""
    inputs = kind_of(settings).inputs(features, settings)
    nothing = np.zeros((1, len(features)), dtype=bool)
    team = Team(inputs, features.label, nothing, len(features.classes), settings, seed)
    with workers() as pool:
        for done, _ in enumerate(team.epochs(pool), start=1):
            on_epoch(done, settings.total_epochs)
    return FittedNetwork(team.last_network(), settings, team.last_uncertainty())
