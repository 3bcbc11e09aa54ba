"""The shipped model made again by the command on its card, where the real features are: are its weights the same?"""

import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from safetensors.numpy import load

from mer_core.models.folder import WEIGHTS
from mer_core.project.models import DEFAULT_MODEL
from mer_core.versions import versions
from tests.real_data import REAL, REASON

_FEATURES = "megc2019_casme2_smic.npz"
TOLERANCE = 1e-6
"""Training in double precision keeps a processor's way of rounding out of all but, rarely, a weight's last bit."""


def run() -> None:
    """Print the comparison; ends with 1 where the weights are not the same."""
    if REAL is None or not (REAL / _FEATURES).is_file():
        print(f"shipped: skipped, for {REASON}")
        return
    card = json.loads((DEFAULT_MODEL / "card.json").read_text(encoding="utf-8"))
    now = versions()
    print(f"shipped: {card['command']}")
    for name, version in now.items():
        print(f"  {name}: {card['versions'].get(name, 'not said')} on the card, {version} now")
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(REAL / _FEATURES, folder)
        _, *arguments = shlex.split(card["command"])  # python: this one
        environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
        subprocess.run([sys.executable, *arguments], cwd=folder, env=environment, check=True)
        made = Path(folder) / arguments[arguments.index("--out") + 1]
        again = (made / WEIGHTS).read_bytes()
        figures = json.loads((made / "card.json").read_text(encoding="utf-8"))["held_out"]
    shipped = (DEFAULT_MODEL / WEIGHTS).read_bytes()
    if again == shipped:
        print("  the file of the weights is the same, byte for byte")
    ours, theirs = load(shipped), load(again)
    if {name: value.shape for name, value in ours.items()} != {name: value.shape for name, value in theirs.items()}:
        sys.exit("  the weights made again are of other names or shapes")
    furthest = max(float(np.abs(ours[name] - theirs[name]).max()) for name in ours)
    print(f"  largest difference of a weight: {furthest:g} (at most {TOLERANCE:g} is the same)")
    for name in ("uf1", "uar"):
        print(f"  {name}: {card['held_out'][name]['mean']:.4f} on the card, {figures[name]['mean']:.4f} made again")
    if not furthest <= TOLERANCE:
        sys.exit("  the weights are not the same")
