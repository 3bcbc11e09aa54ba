"""What numpy raises where a kept ``.npz`` is damaged: bytes of it changed, missing, or all gone."""

import zipfile
import zlib

# Of zipfile: RuntimeError and NotImplementedError where the damage looks like encryption or an unknown packing.
DAMAGE = (OSError, EOFError, ValueError, KeyError, TypeError, RuntimeError, zipfile.BadZipFile, zlib.error)
