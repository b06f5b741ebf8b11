"""Letters go to a service by its own interface; what it answers is understood as a mail server's words are."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from freiblatt.letters.models import LetterState
from tests.letters.office import free_port
from tests.letters.test_delivery import after_next_try, posted

pytestmark = pytest.mark.django_db


class Service:
    """Speaks as Postmark does, on a port of this machine."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, dict]] = []
        self.taken: list[dict] = []

    def answer(self, body: bytes) -> tuple[int, dict]:
        if self.answers:
            return self.answers.pop(0)
        messages = json.loads(body)
        self.taken.append(messages)
        return 200, {"ErrorCode": 0, "Message": "OK", "MessageID": "1", "To": messages["To"], "SubmittedAt": ""}


@pytest.fixture
def service(settings) -> Iterator[Service]:
    one = Service()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            status, answer = one.answer(self.rfile.read(int(self.headers["Content-Length"])))
            if not status:
                self.connection.close()
                return
            data = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *arguments: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings.MAIL_HAS_SERVER = True
        settings.MAIL_BACKEND = "anymail.backends.postmark.EmailBackend"
        settings.MAIL_FROM, settings.MAIL_FROM_NAME = "redaktion@example.org", "Blatt"
        settings.ANYMAIL = {
            "POSTMARK_SERVER_TOKEN": "token",
            "POSTMARK_API_URL": f"http://127.0.0.1:{server.server_port}/",
        }
        yield one
        server.shutdown()


def test_letter_goes_out_with_its_headers(service: Service) -> None:
    letter = posted(unsubscribe_url="https://example.org/-/out/abc/")
    assert letter.state == LetterState.SENT
    (message,) = service.taken
    headers = {header["Name"]: header["Value"] for header in message["Headers"]}
    assert headers["Message-ID"] == letter.message_id
    assert headers["Auto-Submitted"] == "auto-generated"
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["HtmlBody"] == letter.html


@pytest.mark.parametrize("status", [401, 429, 500, 503])
def test_service_in_trouble_is_waited_for(service: Service, status: int) -> None:
    service.answers = [(status, {"ErrorCode": 10, "Message": "no"})]
    letter = posted()
    assert letter.state == LetterState.WAITING
    assert after_next_try(letter).state == LetterState.SENT


@pytest.mark.parametrize(
    "message",
    [
        "Invalid 'To' address: 'rosa@example.org'.",
        "Invalid 'From' address.",
        "Something that nobody knows about 'To' rosa@example.org",
    ],
)
def test_letter_that_is_refused_fails(service: Service, message: str) -> None:
    service.answers = [(422, {"ErrorCode": 300, "Message": message})]
    letter = posted()
    assert letter.state == LetterState.FAILED
    assert "rosa@" not in letter.answer


@pytest.mark.parametrize("is_repeatable", [True, False])
def test_service_that_hangs_up_may_have_taken_it(service: Service, is_repeatable: bool) -> None:
    service.answers = [(0, {})]
    letter = posted(is_repeatable=is_repeatable)
    assert letter.state == (LetterState.WAITING if is_repeatable else LetterState.UNKNOWN)


def test_service_that_cannot_be_reached_has_taken_nothing(service: Service, settings) -> None:
    address = settings.ANYMAIL["POSTMARK_API_URL"]
    settings.ANYMAIL = {**settings.ANYMAIL, "POSTMARK_API_URL": f"http://127.0.0.1:{free_port()}/"}
    letter = posted(is_repeatable=False)
    assert letter.state == LetterState.WAITING
    settings.ANYMAIL = {**settings.ANYMAIL, "POSTMARK_API_URL": address}
    assert after_next_try(letter).state == LetterState.SENT
