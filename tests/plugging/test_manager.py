"""Plugins are found in one order, asked with typed methods, guarded, traced; none can break the hub."""

from __future__ import annotations

import io
from types import ModuleType

import pluggy
import pytest
import structlog
from structlog.testing import capture_logs

import hub.testing.partner
from hub.plugging.catalogue import Origin
from hub.plugging.errors import PluginError
from hub.plugging.manager import Plugins, load
from hub.plugging.trace import Trace
from hub.sdk import Health, HealthWord, OutcomeWord, Outgoing, Reason, Tools, delivered, hookimpl
from hub.testing.partner import EchoConnector, EchoSimulator, ExplodingConnector


@pytest.fixture(autouse=True)
def plain_logs():
    structlog.reset_defaults()


@pytest.fixture
def plugins():
    plugins = Plugins()
    plugins.register(hub.testing.partner, origin=Origin("partner", "lienthong", "1"))
    return plugins


def outgoing(number=1, name="Nguyễn Văn An"):
    return Outgoing(number, "test", "dossier", f"H56-{number}", 1, {"name": name}, {"name": name})


def exploding(way):
    return ExplodingConnector({"way": way}, Tools("test"))


def test_the_shipped_plugins_load():
    plugins = load()

    assert all(entry.origin.distribution == "lienthong" for entry in plugins.catalogue)


def test_plugins_are_loaded_by_name_and_blocked_ones_are_not(shelf):
    source = "from hub.sdk import hookimpl\n@hookimpl\ndef hub_check(connector): ..."

    plugins = load(found=[shelf.entry(name, source) for name in "bca"], blocked=["b"])

    assert list(plugins.origins) == ["a", "c"]
    assert plugins.hooks_of("a") == ["hub_check"]


def test_the_catalogue_knows_where_a_connector_comes_from(plugins):
    entry = plugins.catalogue.entry("echo")

    assert (entry.origin.plugin, entry.origin.distribution, entry.origin.version) == ("partner", "lienthong", "1")


def test_simulators_are_asked_for_late_and_kept_by_name(plugins):
    assert plugins.simulators() == {"echo": EchoSimulator}


def test_a_simulator_without_connector_is_refused():
    class Odd:
        @hookimpl
        def hub_register_simulators(self, register):
            register("none", EchoSimulator)

    plugins = Plugins()
    plugins.register(Odd())

    with pytest.raises(PluginError, match=r"The plugin Odd is refused: .* no connector of that name"):
        plugins.simulators()


def test_the_hub_asks_the_connector_when_no_plugin_answers(plugins):
    connector = exploding("too_few")

    assert plugins.map_out(connector, "dossier", {"a": 1}) == {"a": 1}
    assert plugins.pull(connector, None) is None
    assert plugins.receive(connector, None) is None
    assert plugins.check(connector) == Health(HealthWord.OK)


def test_a_plugin_may_answer_before_the_connector(plugins):
    class DryRun:
        @hookimpl(tryfirst=True)
        def hub_push(self, batch):
            return [delivered(each, reference="dry run") for each in batch]

        @hookimpl(tryfirst=True)
        def hub_map(self, connector, direction, document):
            return {"quirk": True} if direction == "out" else None

        @hookimpl(tryfirst=True)
        def hub_recall(self, batch):
            return []

        @hookimpl(tryfirst=True)
        def hub_pull(self, connector):
            return None

        @hookimpl(tryfirst=True)
        def hub_receive(self, connector):
            return None

    plugins.register(DryRun())
    connector = exploding("defect")

    assert plugins.push(connector, [outgoing()])[0].reference == "dry run"
    assert plugins.map_out(connector, "dossier", {}) == {"quirk": True}


@pytest.mark.parametrize("way", ["none", "too_few", "nonsense"])
def test_f22_a_delivery_without_outcome_is_unknown_never_success(plugins, way):
    batch = [outgoing(1), outgoing(2)]

    outcomes = plugins.push(exploding(way), batch)

    assert [each.delivery_id for each in outcomes] == [1, 2]
    assert (outcomes[0].word, outcomes[0].reason) == (OutcomeWord.UNKNOWN, Reason.FAULT)


def test_more_outcomes_than_deliveries_are_logged_and_dropped(plugins):
    with capture_logs() as logs:
        outcomes = plugins.push(exploding("too_many"), [outgoing(1), outgoing(2)])

    assert [each.word for each in outcomes] == [OutcomeWord.DELIVERED] * 2
    assert {each["event"] for each in logs} == {"connector.outcome_doubled"}


def test_a_plugin_cannot_exit_the_hub(plugins):
    with pytest.raises(RuntimeError, match="called exit"):
        plugins.push(exploding("exit"), [outgoing()])


def test_a_check_that_fails_is_a_health(plugins):
    connector = exploding("defect")
    connector.check = lambda: 1 / 0

    assert plugins.check(connector).word is HealthWord.DOWN


@pytest.mark.parametrize("problem", [ValueError("no"), SystemExit(3)])
def test_observers_hear_what_was_settled_and_one_that_fails_harms_nobody(plugins, problem):
    heard = []

    class Failing:
        @hookimpl
        def hub_delivery_settled(self, channel):
            raise problem

    class Hearing:
        @hookimpl
        def hub_delivery_settled(self, channel, settled):
            heard.append((channel, settled))

    plugins.register(Hearing(), origin=Origin("hearing"))
    plugins.register(Failing(), origin=Origin("failing"))

    with capture_logs() as logs:
        plugins.delivery_settled("test", [{"kind": "dossier"}])

    assert heard == [("test", [{"kind": "dossier"}])]
    assert [(each["event"], each["plugin"]) for each in logs] == [("plugin.failed", "failing")]


def test_f37_a_plugin_that_takes_a_retired_argument_warns_and_the_rest_runs():
    specs = ModuleType("specs")

    def hub_check(connector, mode):
        """A hook whose argument `mode` is being retired."""

    specs.hub_check = pluggy.HookspecMarker("hub")(
        hub_check, firstresult=True, warn_on_impl_args={"mode": DeprecationWarning("mode is retired")}
    )
    for name in (
        "hub_map",
        "hub_push",
        "hub_recall",
        "hub_pull",
        "hub_receive",
        "hub_register_connectors",
        "hub_register_simulators",
    ):
        setattr(specs, name, getattr(hub.sdk.hookspecs, name))

    class Old:
        @hookimpl
        def hub_check(self, connector, mode):
            return Health(HealthWord.DEGRADED, f"mode {mode}")

    plugins = Plugins(specs=specs)
    with capture_logs() as logs:
        plugins.register(Old(), origin=Origin("old"))
        plugins.register(hub.testing.partner)

    assert [(each["event"], each["plugin"]) for each in logs if each["log_level"] == "warning"] == [
        ("plugin.deprecated", "old")
    ]
    assert "echo" in plugins.catalogue


def test_tracing_tells_who_was_asked_and_never_what_a_document_holds():
    stream = io.StringIO()
    plugins = Plugins(trace=Trace(stream))
    plugins.register(hub.testing.partner, origin=Origin("partner"))
    connector = exploding("too_few")

    plugins.push(connector, [outgoing(1), outgoing(2)])
    plugins.map_out(connector, "dossier", {"name": "Nguyễn Văn An"})
    with pytest.raises(RuntimeError):
        plugins.push(exploding("defect"), [outgoing(1)])

    text = stream.getvalue()
    assert "hub_push(connector=<exploding of test>, batch=[2 x <Outgoing>]) asked [hub] -> [1 x delivered] in " in text
    assert "direction='out', kind='dossier', document=<dict>" in text
    assert "raised RuntimeError" in text
    assert "Nguyễn" not in text
    assert "register=<ConnectorRegister>" in text


def test_a_name_is_given_once(plugins):
    with pytest.raises(PluginError, match="has the name of another plugin"):
        plugins.register(object(), origin=Origin("partner"))


def test_the_echo_class_is_what_the_catalogue_makes(plugins):
    settings = {"url": "http://127.0.0.1:1", "secret": "whsec_12345678"}

    assert isinstance(plugins.catalogue.connect("echo", settings, Tools("test")), EchoConnector)
