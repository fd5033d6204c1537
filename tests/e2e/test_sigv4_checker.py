"""The signature checker itself: it takes what botocore and the published vectors sign, and refuses everything that was touched."""

import base64
import datetime
import http.client
import json
import urllib.parse

import botocore.auth
import botocore.awsrequest
import botocore.credentials
import pytest
from sigv4_checker import Keys, Refusal, SignatureChecker, Verifier

KEYS = {"AKID": Keys("secret"), "ASIA": Keys("other", "tok/en+==")}


def sign(method, url, service, body=b"", access_key="AKID", headers=(), region="eu-west-1"):
    """Pairs of headers as botocore signs them."""
    keys = KEYS[access_key]
    request = botocore.awsrequest.AWSRequest(method=method, url=url, data=body, headers=dict(headers))
    signer = botocore.auth.S3SigV4Auth if service == "s3" else botocore.auth.SigV4Auth
    if service == "aoss":
        request.context["payload_signing_enabled"] = False  # botocore then sends UNSIGNED-PAYLOAD, which must be taken too
    signer(botocore.credentials.Credentials(access_key, keys.secret, keys.token or None), service, region).add_auth(request)
    return [(name, str(value)) for name, value in request.headers.items()]


def send(url, method, target, headers, body=b""):
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=10)
    connection.putrequest(method, target, skip_accept_encoding=True, skip_host=True)
    connection.putheader("Host", parts.netloc)
    for name, value in headers:
        connection.putheader(name, value)
    connection.putheader("Content-Length", str(len(body)))
    connection.endheaders(body)
    reply = connection.getresponse()
    text = reply.read()
    connection.close()
    return reply, text


REQUESTS = [
    ("POST", "/", "dynamodb", b'{"TableName":"t"}', (("X-Amz-Target", "DynamoDB_20120810.Scan"),)),
    ("GET", "/bucket//a/../b%20c%2B?list-type=2&prefix=%C3%A9&start-after=", "s3", b"", ()),
    ("HEAD", "/bucket/%E4%BA%AC", "s3", b"", ()),
    ("POST", "/", "sns", b"Action=PublishBatch&Version=2010-03-31", (("Content-Type", "application/x-www-form-urlencoded"),)),
    ("POST", "/vams/_doc/a%23b%2Fc?refresh=false&version=7", "es", b"{}", ()),
    ("POST", "/_bulk", "aoss", b"{}\n", ()),
]


@pytest.mark.parametrize("access_key", KEYS)
@pytest.mark.parametrize("method, target, service, body, headers", REQUESTS, ids=[r[2] + r[0] for r in REQUESTS])
def test_takes_what_botocore_signs_and_refuses_it_touched(method, target, service, body, headers, access_key):
    with SignatureChecker(KEYS, region="eu-west-1") as checker:
        good = sign(method, checker.url + target, service, body, access_key, headers)
        reply, text = send(checker.url, method, target, good, body)
        assert reply.status == 200, text
        assert method == "HEAD" or json.loads(text)["target"] == target
        assert checker.accepted == {service: 1} and checker.refused == []

        touched = {
            "path": (method, target.replace("/", "/x", 1), good, body),
            "query": (method, target + ("&" if "?" in target else "?") + "extra=1", good, body),
            "method": ("PUT", target, good, body),
            "signature": (method, target, [(n, v[:-1] + ("0" if v[-1] != "0" else "1") if n == "Authorization" else v) for n, v in good], body),
            "date": (method, target, [(n, v[:-2] + "9Z" if n == "X-Amz-Date" and v[-2] != "9" else v) for n, v in good if n != "x"], body),
            "new header": (method, target, [*good, ("X-Amz-Extra", "1")], body),
            "unknown key": (method, target, [(n, v.replace(access_key, "NOBODY")) for n, v in good], body),
        }
        if service != "aoss":
            touched["body"] = (method, target, good, body + b"x")
        if access_key == "ASIA":
            touched["token"] = (method, target, [(n, v + "x" if n == "X-Amz-Security-Token" else v) for n, v in good], body)
            touched["no token"] = (method, target, [(n, v) for n, v in good if n != "X-Amz-Security-Token"], body)
        if dict(good)["X-Amz-Date"][-2] == "9":
            del touched["date"]
        for what, request in touched.items():
            reply, text = send(checker.url, request[0], *request[1:])
            assert reply.status in (400, 403), (what, text)
        assert len(checker.refused) == len(touched)
        assert checker.accepted == {service: 1}


def vector(name):
    with open(f"tests/fixtures/sigv4/{name}", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def test_takes_the_recorded_signatures(root, monkeypatch):
    monkeypatch.chdir(root)
    cases = vector("sigv4_botocore.jsonl")
    assert len(cases) == 120
    for case in cases:
        credentials, request, want = case["credentials"], case["request"], case["expected"]
        at = datetime.datetime.fromisoformat(case["timestamp"].replace("Z", "+00:00"))
        keys = {credentials["access_key_id"]: Keys(credentials["secret_access_key"], credentials.get("token", ""))}
        verifier = Verifier(keys, case["region"], at.timestamp)
        signed = want["authorization"].split("SignedHeaders=")[1].split(",")[0].split(";")
        headers = {name.lower(): value for name, value in request["headers"] if name.lower() in signed}
        headers |= {"host": request["host"], "x-amz-date": at.strftime("%Y%m%dT%H%M%SZ"), "authorization": want["authorization"]}
        if credentials.get("token"):
            headers["x-amz-security-token"] = credentials["token"]
        if want["x_amz_content_sha256"]:
            headers["x-amz-content-sha256"] = want["x_amz_content_sha256"]
        body = base64.b64decode(request["body_base64"])
        assert verifier.check(request["method"], request["target"], list(headers.items()), body) == case["service"], case["name"]
        with pytest.raises(Refusal):
            verifier.check(request["method"], request["target"], list(headers.items()), body + b"x")


def test_refuses_in_the_form_of_each_protocol():
    with SignatureChecker(KEYS) as checker:
        reply, text = send(checker.url, "GET", "/b", [])
        assert reply.status == 403 and b"MissingAuthenticationToken" in text
        wrong = sign("POST", checker.url + "/", "dynamodb", b"{}", headers=(("X-Amz-Target", "DynamoDB_20120810.Scan"),))
        reply, text = send(checker.url, "POST", "/", wrong, b"{ }")
        assert reply.status == 400 and json.loads(text)["__type"].endswith("#InvalidSignatureException")
        wrong = sign("GET", checker.url + "/b", "s3")
        reply, text = send(checker.url, "GET", "/c", wrong)
        assert reply.status == 403 and b"<Error><Code>SignatureDoesNotMatch</Code>" in text
        wrong = sign("POST", checker.url + "/", "sns", b"Action=Publish")
        reply, text = send(checker.url, "POST", "/", wrong, b"Action=PublishX")
        assert reply.status == 403 and b"<ErrorResponse><Error><Type>Sender</Type><Code>SignatureDoesNotMatch" in text
        wrong = sign("POST", checker.url + "/_bulk", "es", b"{}")
        reply, text = send(checker.url, "POST", "/_bulk", wrong, b"{ }")
        assert reply.status == 403 and "does not match" in json.loads(text)["message"]


def test_a_clock_that_is_off_and_keys_that_have_expired():
    with SignatureChecker(KEYS, clock_offset=1200) as checker:
        reply, text = send(checker.url, "GET", "/b", sign("GET", checker.url + "/b", "s3"))
        assert reply.status == 403 and b"RequestTimeTooSkewed" in text
        ahead = datetime.datetime.strptime(reply.getheader("Date"), "%a, %d %b %Y %H:%M:%S GMT").replace(tzinfo=datetime.timezone.utc)
        assert 1190 < ahead.timestamp() - datetime.datetime.now(datetime.timezone.utc).timestamp() < 1210
    with SignatureChecker({"AKID": Keys("secret", expires=0)}) as checker:
        reply, text = send(checker.url, "GET", "/b", sign("GET", checker.url + "/b", "s3"))
        assert reply.status == 400 and b"ExpiredToken" in text


def test_a_region_that_is_not_ours():
    with SignatureChecker(KEYS, region="us-west-2") as checker:
        reply, _ = send(checker.url, "GET", "/b", sign("GET", checker.url + "/b", "s3"))
        assert reply.status == 403


def test_forwards_what_it_takes_and_nothing_else():
    with SignatureChecker({"AKID": Keys("secret")}, public=lambda *_: True) as upstream, SignatureChecker(KEYS, upstream.url) as checker:
        body = b'{"a":1}'
        reply, text = send(checker.url, "POST", "/a//b?c=d", sign("POST", checker.url + "/a//b?c=d", "es", body), body)
        assert reply.status == 200, text
        assert json.loads(text) == {"method": "POST", "target": "/a//b?c=d", "service": "es", "bytes": len(body)}
        reply, _ = send(checker.url, "POST", "/a", [], body)
        assert reply.status == 403
        assert sum(upstream.accepted.values()) == 1


def test_sees_a_request_as_it_was_changed_on_its_way():
    body = b'{"TableName":"t"}'
    with SignatureChecker(KEYS, on_the_way=lambda method, target, headers, body: (method, target, headers, body[:-1] + b" }")) as checker:
        reply, _ = send(checker.url, "POST", "/", sign("POST", checker.url + "/", "dynamodb", body, headers=(("X-Amz-Target", "DynamoDB_20120810.Scan"),)), body)
        assert reply.status == 400 and checker.accepted == {}


def test_may_answer_in_place_of_the_server_behind_it():
    def instead(method, target, headers, body):
        return (301, [("x-amz-bucket-region", "eu-west-1")], b"<Error/>") if target == "/away" else None

    with SignatureChecker({"AKID": Keys("secret")}) as upstream, SignatureChecker(KEYS, upstream.url, instead=instead) as checker:
        reply, text = send(checker.url, "GET", "/away", sign("GET", checker.url + "/away", "s3"))
        assert reply.status == 301 and reply.getheader("x-amz-bucket-region") == "eu-west-1" and text == b"<Error/>"
        reply, _ = send(checker.url, "GET", "/here", sign("GET", checker.url + "/here", "s3"))
        assert reply.status == 200 and upstream.accepted == {"s3": 1}
        reply, _ = send(checker.url, "GET", "/away", [])
        assert reply.status == 403, "answered without a signature"
