"""`python -m hub.config` prints the reference page."""

import sys

from hub.config import reference_page

sys.stdout.write(reference_page())
