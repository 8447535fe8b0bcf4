"""The settings of a process, each declared once.

Values come from the environment (`HUB_…`), then from a TOML file (`HUB_CONFIG` or `--config`), then from the default.
Unknown names are errors. `python -m hub.config` prints the reference page.
"""

from hub.config.reading import create_key_file, load
from hub.config.reference import reference_page
from hub.config.settings import Settings, SettingsError
from hub.config.table import DECLARATIONS, Declaration

__all__ = [
    "DECLARATIONS",
    "Declaration",
    "Settings",
    "SettingsError",
    "create_key_file",
    "load",
    "reference_page",
]
