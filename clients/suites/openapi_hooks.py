"""Signs what schemathesis sends, by hand: no client of AWS's knows this service."""
import datetime
import hashlib
import hmac
import os
import random
import re
from urllib.parse import urlsplit

import requests
import schemathesis

POOL = "us-east-1:1234567890abcdef"


def mac(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


class Signed(requests.auth.AuthBase):
    def __call__(self, request):
        body = request.body or b""
        body = body.encode() if isinstance(body, str) else body
        url = urlsplit(request.url)
        date = datetime.datetime.now(datetime.UTC).strftime("%Y%m%dT%H%M%SZ")
        scope = f"{date[:8]}/us-east-1/cenote/aws4_request"
        signed = [f"host:{url.netloc}", f"x-amz-date:{date}"]
        canonical = [request.method, url.path, url.query, *signed, "", "host;x-amz-date", hashlib.sha256(body).hexdigest()]
        hashed = hashlib.sha256("\n".join(canonical).encode()).hexdigest()
        key = f"AWS4{os.environ['ROOT_SECRET']}".encode()
        for part in scope.split("/"):
            key = mac(key, part)
        signature = mac(key, "\n".join(["AWS4-HMAC-SHA256", date, scope, hashed])).hex()
        request.headers["X-Amz-Date"] = date
        request.headers["Authorization"] = (
            f"AWS4-HMAC-SHA256 Credential={os.environ['ROOT_ID']}/{scope}, SignedHeaders=host;x-amz-date, Signature={signature}")
        return request


schemathesis.auth.set_from_requests(Signed())


POLICY = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}'


@schemathesis.hook
def map_body(context, body):
    """What is drawn names no pool and is no policy; every other time it is made to."""
    if not isinstance(body, dict):
        return body
    body = dict(body)
    named, policies = body.get("IdentityPoolId"), body.get("Policies")
    if isinstance(named, str) and re.fullmatch("[A-Za-z0-9_-]+:[0-9a-f-]{1,40}", named) and random.random() < 0.5:
        body["IdentityPoolId"] = POOL
    if isinstance(policies, list) and random.random() < 0.5:
        good = lambda policy: isinstance(policy, dict) and isinstance(policy.get("Document"), str) and 0 < len(policy["Document"]) <= 4096
        body["Policies"] = [{**policy, "Document": POLICY} if good(policy) else policy for policy in policies]
    return body
