"""For those who start gunicorn themselves: gunicorn -c deploy/gunicorn.conf.py 'hub.web.server:application()'.

`hub serve` needs none of this: it takes the same settings. Above all there is no control socket: gunicorn 27 would
open one at a path that is the same for all instances of a user, and a second instance would take over the first's.
"""

from hub.config import load
from hub.web.server import options

for _name, _value in options(load()).items():
    globals()[_name] = _value
