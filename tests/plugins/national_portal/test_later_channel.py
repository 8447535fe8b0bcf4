"""A channel that is added when records are here already: reconciling brings the portal what belongs there."""

from __future__ import annotations

import pytest

import plugins.national_portal
from hub.domain.messages import Role, Source
from hub.flows.operate import Wish, put_channel, remove_channel
from hub.flows.reconcile import reconcile
from hub.testing import house
from tests.plugins.installed import Installed
from tests.plugins.national_portal.examples import procedure

CATALOGUE = Source("catalogue", Role.CLIENT)
LOCAL, NATIONAL = "1.001193.H56", "2.002516"


@pytest.fixture
def hub(database_url, portal):
    hub = Installed(database_url, plugins.national_portal, portal, channel="national", connector="national_portal")
    yield hub
    hub.close()


def test_local_procedures_and_dossiers_go_out_and_what_is_the_portals_own_does_not(hub):
    remove_channel(hub.context, "national", force=True, actor="test")
    hub.context.channels.forget()
    for code in (LOCAL, NATIONAL):
        hub.put("procedure", procedure(code), CATALOGUE)
    hub.put("dossier", house.dossier(), CATALOGUE)
    put_channel(
        hub.context, "national", Wish("national_portal", hub.partner.settings(), {}, {**house.QUICK}), actor="test"
    )
    hub.context.channels.forget()
    hub.work()
    assert hub.partner.holdings() == {}  # adding a channel sends nothing

    report = reconcile(hub.context, "national")
    hub.work()

    assert (report.missing, report.untold, report.again) == (2, 1, 2)
    assert hub.partner.holdings().keys() == {f"procedure/{LOCAL}", "dossier/H56.14-260511-0001"}
    assert hub.equal("procedure", LOCAL)
    assert reconcile(hub.context, "national").again == 0


def test_what_the_portal_tells_itself_is_no_difference(hub):
    """What was pulled down is the portal's own: a check that runs every night must not call it a difference."""
    hub.put("procedure", procedure(NATIONAL), Source("national", Role.CHANNEL))

    report = reconcile(hub.context, "national", dry_run=True)

    assert (report.equal, report.untold, report.again) == (1, 0, 0)
    assert report.is_equal
