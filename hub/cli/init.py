"""`hub init`: the key file and the database; may be run again at any time."""

from __future__ import annotations

import click

from hub.cli.frame import Reach, reach
from hub.cli.shown import done

NEXT = """
Next · Tiếp theo
  hub channels add national national_portal --settings national.json
  hub clients add one_stop --can read,write,feed --title "Hệ thống một cửa"
  hub clients key one_stop
  hub serve
  hub doctor        (when something seems wrong · khi có gì không ổn)
"""


@click.command()
@reach
def init(ours: Reach) -> None:
    """Make the key file and the database, or bring the database to the newest schema.

    Tạo khóa và cơ sở dữ liệu, hoặc nâng cơ sở dữ liệu lên lược đồ mới nhất.
    """
    from hub.config import create_key_file
    from hub.store.migrate import upgrade

    settings = ours.settings
    if settings.secret_key:
        done("The secret key is there.", "Đã có khóa bí mật.")
    else:
        create_key_file(settings.secret_key_file)
        done(f"Made {settings.secret_key_file}; keep a copy apart from backups.", "Đã tạo khóa; hãy cất một bản riêng.")
    upgrade(settings.direct_url)
    done(f"The database ({settings.engine}) has the newest schema.", "Cơ sở dữ liệu đã ở lược đồ mới nhất.")
    click.echo(NEXT)
