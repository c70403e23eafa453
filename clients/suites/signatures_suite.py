"""Random requests signed by botocore, and what Cenote's verifier says of them: of each as it was signed, written in
another way, and changed in one thing that is signed. Each kind of change is told in a line of JSON, which
signatures.test.mjs reads."""
import datetime
import json
import os
import random
import re
import string
import subprocess
import traceback
from urllib.parse import quote, unquote_to_bytes, urlsplit

import botocore.auth
from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth, SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.utils import percent_encode, percent_encode_sequence

CASES = int(os.environ["SIGNATURES_CASES"])
draw = random.Random(int(os.environ["SIGNATURES_SEED"]))

NOW = datetime.datetime(2026, 1, 2, 3, 4, 5)
botocore.auth.get_current_datetime = lambda *_, **__: NOW
SECONDS = int(NOW.replace(tzinfo=datetime.timezone.utc).timestamp())
REGION = "eu-central-1"
SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"

METHODS = ["GET", "PUT", "POST", "DELETE", "HEAD", "PATCH", "OPTIONS"]
HOSTS = ["localhost", "localhost:9000", "my-bucket.s3.localhost:80", "s3.example.com:443", "[::1]:9000", "192.0.2.1:8443"]
PIECES = [
    "a", "B", "7", "key", "~", "-", "_", ".", "/", "//", "..", "./", "/../", "+", " ", "  ", "%", "%41", "%2F", "%2e%2e",
    "%25", "&", "=", "?", "#", ";", ":", "@", "!", "*", "'", "(", ")", "$", ",", "[", "]", "<", ">", "\"", "\\", "^", "`",
    "{", "|", "}", "\t", "\n", "\0", "\x7f", "\u00e9", "e\u0301", "\u00df", "\u20ac", "\u6f22\u5b57", "\U0001f600", "\ufeff",
]
WORDS = ["a", "B", "word", "1,2", "\"x\"", "a=b", "a/b", "%20", "+", "~", ";", "bytes=0-9", "*/*"]
SPACES = [" ", "  ", "   ", "\t", " \t "]


def some(pieces, most):
    return "".join(draw.choice(pieces) for _ in range(draw.randrange(most + 1)))


def header_value():
    words = [draw.choice(WORDS) for _ in range(draw.randrange(4))]
    value = words[0] if words else ""
    for word in words[1:]:
        value += draw.choice(SPACES) + word
    return draw.choice(["", "", " ", "\t"]) + value + draw.choice(["", "", " ", "  "])


def query_pairs(unique):
    pairs = [("q" + some(PIECES, 4), some(PIECES, 5)) for _ in range(draw.choice([0, 0, 1, 2, 5]))]
    if pairs and not unique and draw.random() < 0.4:
        name, value = draw.choice(pairs)
        pairs.append((name, draw.choice([value, some(PIECES, 5)])))
    draw.shuffle(pairs)
    return pairs


class Case:
    """A request that botocore has signed, as it goes over the wire."""

    def __init__(self):
        self.is_s3 = draw.random() < 0.7
        self.is_presigned = draw.random() < 0.35
        self.service = "s3" if self.is_s3 else draw.choice(["sts", "execute-api", "cognito-identity"])
        request = self.drawn()
        credentials = Credentials("AKIDEXAMPLE", SECRET, draw.choice([None, "to/ken+" + some(WORDS, 20) + "=="]))
        auth = {
            (True, False): S3SigV4Auth, (True, True): S3SigV4QueryAuth,
            (False, False): SigV4Auth, (False, True): SigV4QueryAuth,
        }[self.is_s3, self.is_presigned]
        more = {"expires": draw.choice([1, 60, 3600, 604800])} if self.is_presigned else {}
        auth(credentials, self.service, REGION, **more).add_auth(request)
        self.written(request)

    def drawn(self):
        """A request that nobody has signed yet, made as botocore's serializers make theirs."""
        path = some(PIECES, 8)
        if self.is_s3:
            path = "/my-bucket/" + percent_encode(path, safe="/~")
        else:
            path = "/" + quote(path, safe=draw.choice(["/~", "/~", "/~%:@!$&'()*+,;="]))
        query = percent_encode_sequence(query_pairs(self.is_presigned))
        if draw.random() < 0.3:
            query = draw.choice(["acl", "list-type=2", "uploads", "x="]) + ("&" + query if query else "")
        scheme = draw.choice(["http", "https"])
        url = f"{scheme}://{draw.choice(HOSTS)}{path}" + ("?" + query if query else "")
        body = b"" if self.is_presigned else draw.choice([
            b"", b"{}", b"plain", some(PIECES, 40).encode(), draw.randbytes(draw.randrange(300)),
        ])
        request = AWSRequest(method=draw.choice(METHODS), url=url, data=body)
        names = ["Content-Type", "Range", "Cache-Control", "If-Match", "X-Custom", "Accept", "x-amz-acl",
                 "x-amz-meta-" + some(string.ascii_lowercase, 6), "X-Amz-Meta-Mixed-Case"]
        for name in draw.sample(names, draw.randrange(5)):
            for _ in range(draw.choice([1, 1, 1, 2, 3])):
                request.headers.add_header(name, header_value())
        for name in draw.sample(["User-Agent", "Expect", "X-Amzn-Trace-Id"], draw.randrange(3)):
            request.headers[name] = "unsigned"
        if self.is_s3 and not self.is_presigned and draw.random() < 0.4:
            # The body is covered by a checksum and TLS instead, as in uploads by default.
            algorithm = draw.choice([{"in": "header", "name": "x-amz-checksum-crc32"}, {"in": "trailer"}])
            request.context["checksum"] = {"request_algorithm": algorithm}
            request.context["has_streaming_input"] = True
            request.headers["x-amz-checksum-crc32"] = "AAAAAA=="
        return request

    def written(self, request):
        # `prepare` would keep the last of repeated headers alone, although all of them are signed.
        url = urlsplit(request.url)
        default = {"http": 80, "https": 443}[url.scheme]
        host = url.netloc.removesuffix(f":{default}")
        self.method, self.path, self.query = request.method, url.path, url.query
        self.headers = [["host", host]] + [[name.lower(), value] for name, value in request.headers.items()]
        self.body = request.data or b""
        shown = [value for name, value in self.headers if name == "authorization"]
        shown = shown[0].split("SignedHeaders=")[1].split(",")[0] if shown else self.parameter("X-Amz-SignedHeaders")
        self.signed = shown.replace("%3B", ";").split(";")

    def parameter(self, name):
        return next((pair.split("=", 1)[1] for pair in self.query.split("&") if pair.startswith(name + "=")), None)

    def covers_body(self):
        if self.is_s3 and self.is_presigned:
            return False
        return not any(value.endswith(("UNSIGNED-PAYLOAD", "-TRAILER")) for name, value in self.headers if name == "x-amz-content-sha256")

    def question(self, **changed):
        wire = dict(method=self.method, path=self.path, query=self.query, headers=self.headers, body=self.body) | changed
        return wire | dict(body=wire["body"].hex(), service=self.service, region=REGION, secret=SECRET, now=SECONDS)

    def replaced(self, name, change):
        """The headers, one value of this name changed."""
        at = draw.choice([at for at, (given, _) in enumerate(self.headers) if given == name])
        return self.headers[:at] + [[name, change(self.headers[at][1])]] + self.headers[at + 1:]


def another(character, alphabet):
    return draw.choice([other for other in alphabet if other != character])


# Changes of one thing that is signed. Each gives what is different over the wire, or nothing where there is none.

def method(case):
    return dict(method=another(case.method, METHODS))


def longer_path(case):
    return dict(path=case.path + draw.choice(["x", "/x", "%20", "%C3%A9"]))


def key(path):
    return [unquote_to_bytes(segment) for segment in path.split("/")]


def path_of_another_key(case):
    old = case.path
    changes = [
        old.replace("/", "//", 1), old.replace("%2F", "/", 1), old + "/", old + "/..", old.replace("%", "%25", 1),
        old.replace("%20", "+", 1), old.swapcase(), old[:10] + old[10:].replace("/", "%2F", 1),
    ]
    changes = [path for path in changes if key(path) != key(old)]
    return dict(path=draw.choice(changes)) if case.is_s3 else None


def added_parameter(case):
    pair = draw.choice(["added=1", "added", "%61dded=", "list-type=3", "versionId=x"])
    pairs = [pair for pair in [*case.query.split("&"), pair] if pair]
    return dict(query="&".join(draw.sample(pairs, len(pairs))))


def parameters(case):
    return [pair for pair in case.query.split("&") if pair and not pair.startswith("X-Amz-Signature=")]


def removed_parameter(case):
    if not (pairs := parameters(case)):
        return None
    rest = case.query.split("&")
    rest.remove(draw.choice(pairs))
    return dict(query="&".join(rest))


def changed_parameter(case):
    if not (pairs := parameters(case)):
        return None
    rest = case.query.split("&")
    at = rest.index(draw.choice(pairs))
    rest[at] += "" if "=" in rest[at] else "="
    rest[at] = draw.choice([rest[at] + "0", "0" + rest[at], rest[at] + "%00", rest[at] + "+"])
    return dict(query="&".join(rest))


def repeated_parameter(case):
    pairs = parameters(case)
    return dict(query=f"{case.query}&{draw.choice(pairs)}") if pairs else None


def changed_header(case):
    name = draw.choice(case.signed)
    return dict(headers=case.replaced(name, lambda value: value.strip() + draw.choice(["x", " x", ",", "\u00e9"])))


def removed_header(case):
    name = draw.choice(case.signed)
    return dict(headers=[[given, value] for given, value in case.headers if given != name])


def repeated_header(case):
    name = draw.choice(case.signed)
    return dict(headers=case.headers + [[name, draw.choice(["", "x", dict(case.headers)[name]])]])


def values_in_another_order(case):
    folded = lambda name: [" ".join(value.split()) for given, value in case.headers if given == name]
    names = [name for name in case.signed if folded(name) != folded(name)[::-1]]
    if not names:
        return None
    name = draw.choice(names)
    values = [value for given, value in case.headers if given == name]
    return dict(headers=[[given, values.pop() if given == name else value] for given, value in case.headers])


def added_amazon_header(case):
    name = draw.choice(["x-amz-added", "x-amz-copy-source", "x-amz-security-token"])
    return dict(headers=case.headers + [[name, "x"]]) if name not in case.signed else None


def body(case):
    if not case.covers_body():
        return None
    at = draw.randrange(len(case.body) + 1)
    changes = [case.body[:at] + b"x" + case.body[at:], case.body + b"\0", case.body[:-1]]
    return dict(body=draw.choice([changed for changed in changes if changed != case.body]))


def digit_of_the_signature(case):
    def change(text):
        at = text.index("Signature=") + len("Signature=") + draw.randrange(64)
        return text[:at] + another(text[at], "0123456789abcdef") + text[at + 1:]
    if case.is_presigned:
        return dict(query=change(case.query))
    return dict(headers=case.replaced("authorization", change))


def scope(case):
    slash = "%2F" if case.is_presigned else "/"
    old, new = draw.choice([("20260102", "20260103"), (REGION, "us-east-1"), (case.service, "iam")])
    change = lambda text: text.replace(slash + old + slash, slash + new + slash, 1)
    if case.is_presigned:
        return dict(query=change(case.query))
    return dict(headers=case.replaced("authorization", change))


def moment(case):
    old, new = "20260102T030405Z", draw.choice(["20260102T030406Z", "20260102T030404Z"])
    if case.is_presigned:
        return dict(query=case.query.replace(old, new, 1))
    return dict(headers=case.replaced("x-amz-date", lambda _: new))


def list_of_signed_headers(case):
    dropped = draw.choice(case.signed)
    semicolon = "%3B" if case.is_presigned else ";"
    old, new = (semicolon.join(name for name in case.signed if name != less) for less in (None, dropped))
    if case.is_presigned:
        return dict(query=case.query.replace(f"X-Amz-SignedHeaders={old}", f"X-Amz-SignedHeaders={new}"))
    return dict(headers=case.replaced("authorization", lambda value: value.replace(old, new)))


def both_signatures(case):
    if case.is_presigned:
        return dict(headers=case.headers + [["authorization", "AWS4-HMAC-SHA256 Credential=x"]])
    return dict(query=case.query + draw.choice(["&X-Amz-Signature=" + "0" * 64, "&x-amz-credential=x", "&AWSAccessKeyId=x"]))


# Changes of nothing that is signed, as proxies make them.

def order_of_headers(case):
    names = [*dict(case.headers)]
    draw.shuffle(names)
    return dict(headers=sorted(case.headers, key=lambda header: names.index(header[0])))


def order_of_parameters(case):
    pairs = case.query.split("&")
    return dict(query="&".join(draw.sample(pairs, len(pairs))))


def header_of_others(case):
    return dict(headers=case.headers + [["x-forwarded-for", "192.0.2.1"], ["via", "1.1 proxy"]])


def spaces_in_headers(case):
    # That of the signature itself is read, not signed.
    more = lambda name, value: value if name == "authorization" else f"  {value.replace(' ', '   ')}\t"
    return dict(headers=[[name, more(name, value)] for name, value in case.headers])


def case_of_escapes(case):
    lower = lambda text: re.sub("%..", lambda escape: escape[0].lower(), text)
    # Other services than S3 take the path as it was sent.
    return dict(query=lower(case.query)) | (dict(path=lower(case.path)) if case.is_s3 else {})


def unsigned_body(case):
    return dict(body=case.body + b"x") if not case.covers_body() else None


REFUSED = [
    method, longer_path, path_of_another_key, added_parameter, removed_parameter, changed_parameter, repeated_parameter,
    changed_header, removed_header, repeated_header, values_in_another_order, added_amazon_header, body,
    digit_of_the_signature, scope, moment, list_of_signed_headers, both_signatures,
]
ACCEPTED = [order_of_headers, order_of_parameters, header_of_others, spaces_in_headers, case_of_escapes, unsigned_body]


def asked():
    """Every question: what it is about, what is expected, and the question."""
    for _ in range(CASES):
        case = Case()
        yield "as botocore has signed it", "accepted", case.question()
        for changes, verdict in ((REFUSED, "refused"), (ACCEPTED, "accepted")):
            drawn = ((change, change(case)) for change in draw.sample(changes, len(changes)))
            change, changed = next((change, changed) for change, changed in drawn if changed is not None)
            yield change.__name__.replace("_", " "), verdict, case.question(**changed)


def answered(questions):
    lines = "".join(json.dumps(question) + "\n" for _, _, question in questions)
    run = subprocess.run([os.environ["CENOTE_VERIFY"]], input=lines.encode(), capture_output=True, timeout=60, check=False)
    assert run.returncode == 0, run.stderr.decode()
    answers = [json.loads(line) for line in run.stdout.splitlines()]
    assert len(answers) == len(questions)
    return answers


def main():
    questions = list(asked())
    told = {}
    for (about, expected, question), answer in zip(questions, answered(questions)):
        one = told.setdefault(about, {"name": f"{about}: {expected}", "cases": 0, "failure": None})
        one["cases"] += 1
        if answer["verdict"] != expected and one["failure"] is None:
            one["failure"] = f"{answer} for {json.dumps(question)}"
    for one in told.values():
        print(json.dumps(one))


try:
    main()
except Exception:
    print(json.dumps({"name": "the suite", "cases": 0, "failure": traceback.format_exc()}))
