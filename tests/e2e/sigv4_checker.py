"""A server in front of another that verifies every request's signature with botocore's own signer, and refuses as AWS does.

    with SignatureChecker({"AKID": Keys("secret")}, upstream="http://127.0.0.1:5000", region="eu-west-1") as checker:
        ... checker.url ...
        assert checker.refused == []

Without `upstream` what is accepted is answered by itself: 200 and a JSON object that says what was seen. By hand:

    python3 tests/e2e/sigv4_checker.py --upstream http://127.0.0.1:5000 --key AKID:secret[:token] [--region R] [--port N]
"""

import argparse
import collections
import dataclasses
import datetime
import email.utils
import hashlib
import hmac
import http.client
import http.server
import json
import re
import ssl
import sys
import threading
import time
import urllib.parse
import xml.sax.saxutils

import botocore.auth
import botocore.awsrequest
import botocore.credentials

UNSIGNED = "UNSIGNED-PAYLOAD"
PER_HOP = {"connection", "keep-alive", "transfer-encoding", "te", "trailer", "upgrade", "proxy-connection", "content-length"}


@dataclasses.dataclass
class Keys:
    """What belongs to an access key id. `expires` is in seconds since 1970."""

    secret: str
    token: str = ""
    expires: float = float("inf")


class Refusal(Exception):
    """Why a request is refused, in the words of AWS."""

    def __init__(self, code, message, status=403):
        super().__init__(f"{code}: {message}")
        self.code, self.message, self.status = code, message, status


def parse_authorization(text):
    """The parts of an Authorization header: (access key id, (date, region, service, terminator), signed header names, signature)."""
    if not text:
        raise Refusal("MissingAuthenticationToken", "Request is missing Authentication Token")
    scheme, _, rest = text.partition(" ")
    fields = dict(part.strip().partition("=")[::2] for part in rest.split(","))
    scope = fields.get("Credential", "").split("/")
    if scheme != "AWS4-HMAC-SHA256" or not {"SignedHeaders", "Signature"} <= fields.keys() or len(scope) != 5:
        raise Refusal("IncompleteSignature", "Authorization header requires 'Credential', 'SignedHeaders' and 'Signature'")
    return scope[0], tuple(scope[1:]), fields["SignedHeaders"].split(";"), fields["Signature"]


def expected_signature(method, target, headers, body, signed, scope, access_key, secret, timestamp):
    """The signature that botocore computes for these signed headers; `headers` are pairs as received."""
    _, region, service, _ = scope
    kept = botocore.awsrequest.HTTPHeaders()
    for name, value in headers:
        if name.lower() in signed or name.lower() == "x-amz-content-sha256":
            kept.add_header(name, value)
    request = botocore.awsrequest.AWSRequest(method=method, url="https://signed.invalid" + target, data=body)
    request.headers = kept
    request.context["timestamp"] = timestamp
    credentials = botocore.credentials.Credentials(access_key, secret)
    signer = botocore.auth.S3SigV4Auth if service == "s3" else botocore.auth.SigV4Auth
    auth = signer(credentials, service, region)
    # The signer adds a Host where there is none; the one that arrived is the one that counts, and its absence is refused before.
    canonical = auth.canonical_request(request)
    return auth.signature(auth.string_to_sign(request, canonical), request)


class Verifier:
    """Decides about requests. Thread-safe as long as `keys` is only replaced, not changed."""

    def __init__(self, keys, region=None, now=time.time):
        self.keys = keys
        self.region = region
        self.now = now

    def check(self, method, target, headers, body):
        """Returns the signing name, or raises Refusal. `target` is the request line's path and query; `headers` are pairs."""
        found = collections.defaultdict(list)
        for name, value in headers:
            found[name.lower()].append(value)
        one = lambda name: found[name][0] if found.get(name) else ""
        access_key, scope, signed, signature = parse_authorization(one("authorization"))
        date, region, service, terminator = scope
        keys = self.keys.get(access_key)
        if keys is None:
            raise Refusal("InvalidAccessKeyId" if service == "s3" else "InvalidClientTokenId", "The security token included in the request is invalid.")
        if terminator != "aws4_request" or (self.region and region != self.region):
            raise Refusal("SignatureDoesNotMatch", f"Credential should be scoped to a valid region, not '{region}'.")
        self.check_token(keys, one("x-amz-security-token"), service)
        self.check_date(one("x-amz-date"), date, service)
        for name in found:
            must = name == "host" or (name.startswith("x-amz-") and name != "x-amz-security-token")
            if must and name not in signed:
                raise Refusal("AccessDenied" if service == "s3" else "InvalidSignatureException", f"There were headers present in the request which were not signed: {name}")
        missing = [name for name in ("host", "x-amz-date", *signed) if not found.get(name)]
        if missing or "host" not in signed:
            raise Refusal("InvalidSignatureException", f"signed headers that are not in the request: {missing}")
        self.check_body(one("x-amz-content-sha256"), body, service)
        want = expected_signature(method, target, headers, body, signed, scope, access_key, keys.secret, one("x-amz-date"))
        if not hmac.compare_digest(want, signature):
            raise Refusal("SignatureDoesNotMatch" if service in ("s3", "sns", "sts") else "InvalidSignatureException",
                          "The request signature we calculated does not match the signature you provided.")
        return service

    def check_token(self, keys, token, service):
        if self.now() >= keys.expires:
            code = "ExpiredToken" if service in ("s3", "sns", "sts") else "ExpiredTokenException"
            raise Refusal(code, "The security token included in the request is expired", 400 if service == "s3" else 403)
        if token != keys.token:
            raise Refusal("InvalidToken" if service == "s3" else "InvalidClientTokenId", "The security token included in the request is invalid.")

    def check_date(self, timestamp, date, service):
        try:
            moment = datetime.datetime.strptime(timestamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=datetime.timezone.utc).timestamp()
        except ValueError:
            raise Refusal("IncompleteSignature", f"Date must be in ISO-8601 'basic format'. Got '{timestamp}'.") from None
        if not timestamp.startswith(date):
            raise Refusal("SignatureDoesNotMatch", "Date in Credential scope does not match the request's date.")
        if abs(moment - self.now()) > (900 if service == "s3" else 300):
            if service == "s3":
                raise Refusal("RequestTimeTooSkewed", "The difference between the request time and the current time is too large.")
            raise Refusal("SignatureDoesNotMatch" if service in ("sns", "sts") else "InvalidSignatureException", f"Signature expired: {timestamp} is too far from now")

    def check_body(self, declared, body, service):
        if service in ("s3", "aoss") and not declared:
            raise Refusal("InvalidRequest", "Missing required header for this request: x-amz-content-sha256", 400)
        if declared and declared != UNSIGNED and declared != hashlib.sha256(body).hexdigest():
            raise Refusal("XAmzContentSHA256Mismatch", "The provided 'x-amz-content-sha256' header does not match what was computed.", 400)


def refusal_reply(refusal, service, target_header, request_id):
    """(status, content type, body) in the form of the service's protocol."""
    if target_header or service in ("es", "aoss", "lambda", ""):
        status = 400 if service == "dynamodb" else refusal.status
        members = {"message": refusal.message}
        if service not in ("es", "aoss"):  # OpenSearch's front names no code
            members = {"__type": f"com.amazon.coral.service#{refusal.code}", **members}
        return status, "application/x-amz-json-1.0", json.dumps(members).encode()
    code, message = (xml.sax.saxutils.escape(text) for text in (refusal.code, refusal.message))
    if service == "s3":
        return refusal.status, "application/xml", f"<Error><Code>{code}</Code><Message>{message}</Message><RequestId>{request_id}</RequestId></Error>".encode()
    return refusal.status, "text/xml", (f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>"
                                        f"<RequestId>{request_id}</RequestId></ErrorResponse>").encode()


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request, client_address):
        # A client that goes, or does not like our certificate, is a part of the tests.
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class SignatureChecker:
    """The server: verifies, then forwards to `upstream` or answers by itself. `clock_offset` seconds are added to its clock.

    `public` says which requests need no signature: public(method, target, headers as a dict with lower-case names, body) -> bool; by
    default those of AssumeRoleWithWebIdentity.

    `tls` are the paths of a certificate chain and its key. `on_the_way(method, target, headers, body)` gives the four as they arrive,
    to change a request after it was signed. `instead(method, target, headers, body)` may answer an accepted request itself: (status,
    headers, body), or None to go on.
    """

    def __init__(self, keys, upstream=None, region=None, port=0, clock_offset=0.0, public=None, tls=None, on_the_way=None, instead=None, upstream_region=None):
        self.verifier = Verifier(keys, region, lambda: time.time() + self.clock_offset)
        self.clock_offset = clock_offset
        self.upstream = urllib.parse.urlsplit(upstream) if upstream else None
        self.upstream_region = upstream_region  # the one region of an upstream that routes by what was signed and verifies nothing
        self.public = public or (lambda method, target, headers, body: b"Action=AssumeRoleWithWebIdentity" in body)
        self.on_the_way = on_the_way or (lambda *request: request)
        self.instead = instead or (lambda *request: None)
        self.accepted = collections.Counter()  # by signing name; "public" for those without
        self.refused = []  # (code, message, method, target)
        self.lock = threading.Lock()
        checker = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def handle_any(self):
                checker.handle(self)

            do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_PATCH = handle_any

            def log_message(self, *_):
                pass

            def date_time_string(self, timestamp=None):
                return email.utils.formatdate(time.time() + checker.clock_offset if timestamp is None else timestamp, usegmt=True)

        self.server = Server(("127.0.0.1", port), Handler)
        self.upstreams = threading.local()
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*tls)
            # The handshake is left to the connection's own thread: one that never comes must not hold up the others.
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.server.server_address[1]}"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def handle(self, handler):
        body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        # http.server folds leading slashes of the path; the request line has what was signed.
        target = handler.requestline.split(" ")[1]
        handler.command, target, headers, body = self.on_the_way(handler.command, target, list(handler.headers.items()), body)
        lower = {name.lower(): value for name, value in headers}
        service = ""
        try:
            if "authorization" not in lower and self.public(handler.command, target, lower, body):
                service = "public"
            else:
                service = lower.get("authorization", "").partition("Credential=")[2].split(",")[0].split("/")[3:4]
                service = service[0] if service else ""
                service = self.verifier.check(handler.command, target, headers, body)
        except Refusal as refusal:
            with self.lock:
                self.refused.append((refusal.code, refusal.message, handler.command, target))
            status, kind, text = refusal_reply(refusal, service, lower.get("x-amz-target"), "CHECKER")
            self.reply(handler, status, [("Content-Type", kind), ("x-amzn-RequestId", "CHECKER")], text)
            return
        with self.lock:
            self.accepted[service] += 1
        answer = self.instead(handler.command, target, headers, body)
        if answer is not None:
            self.reply(handler, *answer)
        elif self.upstream is None:
            seen = json.dumps({"method": handler.command, "target": target, "service": service, "bytes": len(body)}).encode()
            self.reply(handler, 200, [("Content-Type", "application/json")], seen)
        else:
            self.forward(handler, target, headers, body)

    def forward(self, handler, target, headers, body):
        """The same request upstream, on this thread's own connection; Host stays, since servers route and sign by it."""
        send = [(name, value) for name, value in headers if name.lower() not in PER_HOP]
        if self.upstream_region:
            scope = re.compile(r"(Credential=[^/]+/[0-9]{8}/)[^/]+/")
            send = [(name, scope.sub(rf"\g<1>{self.upstream_region}/", value) if name.lower() == "authorization" else value) for name, value in send]
        for attempt in (1, 2):
            connection = getattr(self.upstreams, "connection", None)
            if connection is None:
                kind = http.client.HTTPSConnection if self.upstream.scheme == "https" else http.client.HTTPConnection
                connection = self.upstreams.connection = kind(self.upstream.hostname, self.upstream.port, timeout=60)
            try:
                connection.putrequest(handler.command, target, skip_host=True, skip_accept_encoding=True)
                for name, value in send:
                    connection.putheader(name, value)
                connection.putheader("Content-Length", str(len(body)))
                connection.endheaders(body)
                answer = connection.getresponse()
                content = answer.read()
                break
            except (http.client.HTTPException, OSError):
                connection.close()
                self.upstreams.connection = None
                if attempt == 2:
                    self.reply(handler, 502, [("Content-Type", "text/plain")], b"the server behind the signature checker gave no answer")
                    return
        kept = [(name, value) for name, value in answer.getheaders() if name.lower() not in PER_HOP | {"date", "server"}]
        length = answer.getheader("Content-Length") if handler.command == "HEAD" else None
        self.reply(handler, answer.status, kept, content, length)

    @staticmethod
    def reply(handler, status, headers, body, length=None):
        handler.send_response(status)
        for name, value in headers:
            handler.send_header(name, value)
        if status not in (204, 304):
            handler.send_header("Content-Length", length if length is not None else str(len(body)))
        handler.end_headers()
        if handler.command != "HEAD" and status not in (204, 304):
            handler.wfile.write(body)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--upstream", metavar="URL")
    parser.add_argument("--key", action="append", required=True, metavar="ID:SECRET[:TOKEN]")
    parser.add_argument("--region")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--clock-offset", type=float, default=0, metavar="SECONDS")
    args = parser.parse_args()
    keys = {}
    for text in args.key:
        access_key, secret, token = (text.split(":", 2) + [""])[:3]
        keys[access_key] = Keys(secret, token)
    with SignatureChecker(keys, args.upstream, args.region, args.port, args.clock_offset) as checker:
        print(checker.url, flush=True)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            print(json.dumps({"accepted": checker.accepted, "refused": checker.refused}), flush=True)


if __name__ == "__main__":
    main()
