"""Where the real clips and features lie on a machine that has them; tests that need them skip elsewhere."""

import os
from pathlib import Path

_given = os.environ.get("MER_REAL_DATA")
_folder = Path(_given) if _given else Path(__file__).parents[2] / "shared" / "real"
REAL: Path | None = _folder if _folder.is_dir() else None
REASON = "real clips are not on this machine (set MER_REAL_DATA to their folder)"
