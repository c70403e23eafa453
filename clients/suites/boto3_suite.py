"""What boto3 does with its defaults: each test is told in a line of JSON, which boto3.test.mjs reads."""
import io
import json
import os
import socket
import tempfile
import traceback
import urllib.error
import urllib.request

import boto3
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

ENDPOINT = os.environ["ENDPOINT"]
POOL = "us-east-1:1234567890abcdef"
LOGIN_KEY = "cognito-idp.us-east-1.amazonaws.com/us-east-1_XXXXXXXX"
BUCKET = "my-bucket"
ROOT = dict(aws_access_key_id=os.environ["ROOT_ID"], aws_secret_access_key=os.environ["ROOT_SECRET"])

# Names below localhost are this machine everywhere, but not in every resolver.
resolve = socket.getaddrinfo
socket.getaddrinfo = lambda host, *more, **named: resolve(
    "127.0.0.1" if str(host).endswith("localhost") else host, *more, **named)


def client(service, **more):
    config = more.pop("config", Config()).merge(Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}))
    return boto3.client(service, endpoint_url=ENDPOINT, region_name="us-east-1", config=config, **more)


DEMO = dict(key=LOGIN_KEY, app=os.environ["DEMO_CLIENT"], user=os.environ["DEMO_USER"], password=os.environ["DEMO_PASS"])


def sign_in(key, app, user, password):
    answer = client("cognito-idp", config=Config(signature_version=UNSIGNED)).initiate_auth(
        AuthFlow="USER_PASSWORD_AUTH", ClientId=app, AuthParameters={"USERNAME": user, "PASSWORD": password})
    return {key: answer["AuthenticationResult"]["IdToken"]}


def credentials_of(logins, pool=POOL):
    pools = client("cognito-identity", config=Config(signature_version=UNSIGNED))
    identity = pools.get_id(IdentityPoolId=pool, Logins=logins)["IdentityId"]
    issued = pools.get_credentials_for_identity(IdentityId=identity, Logins=logins)["Credentials"]
    return identity, dict(
        aws_access_key_id=issued["AccessKeyId"],
        aws_secret_access_key=issued["SecretKey"],
        aws_session_token=issued["SessionToken"],
    )


def refused(code, call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        assert error.response["Error"]["Code"] == code, error
    else:
        raise AssertionError(f"it was not refused with {code}")


def use(url, method="GET", body=None, headers={}):
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body, headers, method=method), timeout=20) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def by_a_token_in_a_file(role, token):
    with tempfile.NamedTemporaryFile("w") as file:
        file.write(token)
        file.flush()
        told = dict(AWS_WEB_IDENTITY_TOKEN_FILE=file.name, AWS_ROLE_ARN=role, AWS_ROLE_SESSION_NAME="file",
                    AWS_ENDPOINT_URL_STS=ENDPOINT)
        os.environ.update(told)
        try:
            return boto3.Session(region_name="us-east-1").client("sts").get_caller_identity()
        finally:
            for name in told:
                del os.environ[name]


class Suite:
    def __init__(self):
        self.home, self.keys = credentials_of(sign_in(**DEMO))
        self.s3 = client("s3", **self.keys)
        self.root = client("s3", **ROOT)

    def body(self, key, **more):
        return self.s3.get_object(Bucket=BUCKET, Key=key, **more)["Body"].read()

    def lists_the_bucket_in_both_ways(self):
        for listing in (self.s3.list_objects, self.s3.list_objects_v2):
            keys = [found["Key"] for found in listing(Bucket=BUCKET, Prefix="public/")["Contents"]]
            assert keys == ["public/about.txt", "public/hello.txt"], keys

    def writes_and_reads_bytes(self):
        key = f"{self.home}/bytes.bin"
        self.s3.put_object(Bucket=BUCKET, Key=key, Body=bytes(range(256)))
        assert self.body(key) == bytes(range(256))
        assert self.body(key, Range="bytes=65-67") == b"ABC"

    def writes_and_reads_a_stream(self):
        key = f"{self.home}/stream.bin"
        self.s3.put_object(Bucket=BUCKET, Key=key, Body=io.BytesIO(b"stream" * 100_000))
        assert self.body(key) == b"stream" * 100_000

    def uploads_and_downloads_a_file(self):
        key = f"{self.home}/file.bin"
        self.s3.upload_fileobj(io.BytesIO(b"file" * 1000), BUCKET, key)
        found = io.BytesIO()
        self.s3.download_fileobj(BUCKET, key, found)
        assert found.getvalue() == b"file" * 1000

    def writes_with_each_checksum_that_it_can_compute(self):
        for algorithm in ("CRC32", "SHA1", "SHA256"):
            key = f"{self.home}/{algorithm}"
            written = self.s3.put_object(Bucket=BUCKET, Key=key, Body=b"checked", ChecksumAlgorithm=algorithm)
            found = self.s3.head_object(Bucket=BUCKET, Key=key, ChecksumMode="ENABLED")
            assert written[f"Checksum{algorithm}"] == found[f"Checksum{algorithm}"]

    def lists_keys_of_every_kind_page_by_page(self):
        names = ["a b", "a+b", "a%20b", "é/日本", "<&>", "new\nline", "\u0001control"]
        for name in names:
            self.s3.put_object(Bucket=BUCKET, Key=f"{self.home}/names/{name}", Body=name.encode())
        pages = self.s3.get_paginator("list_objects_v2").paginate(
            Bucket=BUCKET, Prefix=f"{self.home}/names/", PaginationConfig={"PageSize": 2})
        keys = [found["Key"] for page in pages for found in page["Contents"]]
        assert keys == sorted((f"{self.home}/names/{name}" for name in names), key=str.encode), keys
        for key in keys:
            assert self.body(key).decode() == key.split("/names/")[1]

    def deletes_and_is_told_what_is_absent(self):
        key = f"{self.home}/gone"
        self.s3.put_object(Bucket=BUCKET, Key=key, Body=b"")
        self.s3.delete_object(Bucket=BUCKET, Key=key)
        refused("NoSuchKey", self.s3.get_object, Bucket=BUCKET, Key=key)
        refused("404", self.s3.head_object, Bucket=BUCKET, Key=key)

    def makes_lists_locates_and_deletes_buckets(self):
        self.root.create_bucket(Bucket="made-by-boto3")
        refused("BucketAlreadyOwnedByYou", self.root.create_bucket, Bucket="made-by-boto3")
        refused("IllegalLocationConstraintException", self.root.create_bucket, Bucket="elsewhere",
                CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        pages = self.root.get_paginator("list_buckets").paginate(PaginationConfig={"PageSize": 1})
        assert "made-by-boto3" in [bucket["Name"] for page in pages for bucket in page["Buckets"]]
        assert self.root.get_bucket_location(Bucket="made-by-boto3")["LocationConstraint"] is None
        self.root.delete_bucket(Bucket="made-by-boto3")
        refused("NoSuchBucket", self.root.get_bucket_location, Bucket="made-by-boto3")

    def reaches_buckets_at_hosts_of_their_own(self):
        config = Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "virtual"})
        host = ENDPOINT.replace("127.0.0.1", "localhost")
        hosts = boto3.client("s3", endpoint_url=host, region_name="us-east-1", config=config, **self.keys)
        found = hosts.get_object(Bucket=BUCKET, Key="public/hello.txt")
        assert found["Body"].read() == self.body("public/hello.txt")

    def gives_a_bucket_rules_for_pages_of_other_origins(self):
        rules = [{
            "ID": "app", "AllowedOrigins": ["https://*.example"], "AllowedMethods": ["GET", "PUT"],
            "AllowedHeaders": ["*"], "ExposeHeaders": ["ETag"], "MaxAgeSeconds": 60,
        }]
        self.root.put_bucket_cors(Bucket=BUCKET, CORSConfiguration={"CORSRules": rules})
        assert self.root.get_bucket_cors(Bucket=BUCKET)["CORSRules"] == rules
        self.root.delete_bucket_cors(Bucket=BUCKET)
        refused("NoSuchCORSConfiguration", self.root.get_bucket_cors, Bucket=BUCKET)
        refused("AccessDenied", self.s3.get_bucket_cors, Bucket=BUCKET)

    def opens_a_bucket_to_everybody_and_closes_it_again(self):
        nobody = client("s3", config=Config(signature_version=UNSIGNED))
        refused("AccessDenied", nobody.get_object, Bucket=BUCKET, Key="public/hello.txt")
        arn = f"arn:aws:s3:::{BUCKET}"
        statement = dict(Effect="Allow", Principal="*", Action=["s3:GetObject", "s3:PutObject"], Resource=f"{arn}/public/*")
        policy = json.dumps(dict(Version="2012-10-17", Statement=[statement]))
        self.root.put_bucket_policy(Bucket=BUCKET, Policy=policy)
        assert self.root.get_bucket_policy(Bucket=BUCKET)["Policy"] == policy
        assert self.root.get_bucket_policy_status(Bucket=BUCKET)["PolicyStatus"]["IsPublic"] is True
        nobody.put_object(Bucket=BUCKET, Key="public/by-nobody", Body=b"by nobody")
        nobody.upload_fileobj(io.BytesIO(b"a stream"), BUCKET, "public/stream-by-nobody")
        assert nobody.get_object(Bucket=BUCKET, Key="public/by-nobody")["Body"].read() == b"by nobody"
        assert nobody.get_object(Bucket=BUCKET, Key="public/stream-by-nobody")["Body"].read() == b"a stream"
        refused("AccessDenied", nobody.list_objects_v2, Bucket=BUCKET)
        elsewhere = policy.replace(arn, "arn:aws:s3:::another-bucket")
        refused("MalformedPolicy", self.root.put_bucket_policy, Bucket=BUCKET, Policy=elsewhere)
        self.root.delete_objects(Bucket=BUCKET, Delete=dict(Objects=[
            dict(Key="public/by-nobody"), dict(Key="public/stream-by-nobody")]))
        self.root.delete_bucket_policy(Bucket=BUCKET)
        refused("NoSuchBucketPolicy", self.root.get_bucket_policy, Bucket=BUCKET)
        refused("AccessDenied", nobody.get_object, Bucket=BUCKET, Key="public/hello.txt")

    def keeps_providers_of_logins(self):
        iam = client("iam", **ROOT)
        made = iam.create_open_id_connect_provider(Url="https://boto.example/x", ClientIDList=["app"])
        arn = made["OpenIDConnectProviderArn"]
        shown = iam.get_open_id_connect_provider(OpenIDConnectProviderArn=arn)
        assert (shown["Url"], shown["ClientIDList"], shown["ThumbprintList"]) == ("boto.example/x", ["app"], []), shown
        assert iam.list_open_id_connect_providers()["OpenIDConnectProviderList"] == [dict(Arn=arn)]
        refused("InvalidInput", iam.create_open_id_connect_provider, Url="https://boto.example:1/x")
        metadata = f"""<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="boto" validUntil="2040-01-02T03:04:05Z">
            <IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><KeyDescriptor>
            <KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data><X509Certificate>{"TUlJQ" * 160}</X509Certificate>
            </X509Data></KeyInfo></KeyDescriptor></IDPSSODescriptor></EntityDescriptor>"""
        saml = iam.create_saml_provider(Name="boto", SAMLMetadataDocument=metadata)["SAMLProviderArn"]
        shown = iam.get_saml_provider(SAMLProviderArn=saml)
        assert (shown["SAMLMetadataDocument"], shown["ValidUntil"].year) == (metadata, 2040), shown
        iam.delete_saml_provider(SAMLProviderArn=saml)
        refused("NoSuchEntity", iam.get_saml_provider, SAMLProviderArn=saml)
        iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=arn)
        refused("NoSuchEntity", iam.get_open_id_connect_provider, OpenIDConnectProviderArn=arn)

    def copies_objects(self):
        key, copy = f"{self.home}/a b+c", f"{self.home}/copy"
        self.s3.put_object(Bucket=BUCKET, Key=key, Body=b"copied", Metadata={"colour": "green"})
        self.s3.copy_object(Bucket=BUCKET, Key=copy, CopySource={"Bucket": BUCKET, "Key": key})
        assert self.body(copy) == b"copied"
        assert self.s3.head_object(Bucket=BUCKET, Key=copy)["Metadata"] == {"colour": "green"}
        self.s3.copy({"Bucket": BUCKET, "Key": key}, BUCKET, copy, {"MetadataDirective": "REPLACE", "Metadata": {}})
        assert self.s3.head_object(Bucket=BUCKET, Key=copy)["Metadata"] == {}
        refused("InvalidRequest", self.s3.copy_object, Bucket=BUCKET, Key=copy, CopySource={"Bucket": BUCKET, "Key": copy})
        refused("AccessDenied", self.s3.copy_object, Bucket=BUCKET, Key=copy,
                CopySource={"Bucket": BUCKET, "Key": "us-east-1:somebody-else/diary.txt"})
        refused("NoSuchKey", self.s3.copy_object, Bucket=BUCKET, Key=copy,
                CopySource={"Bucket": BUCKET, "Key": "public/nothing"})

    def deletes_many_objects_at_once(self):
        names = ["a b", "a+b", "a%20b", "é/日本", "<&>", "new\nline", "a/../b", "a//b"]
        keys = [f"{self.home}/many/{name}" for name in names]
        for key in keys:
            self.s3.put_object(Bucket=BUCKET, Key=key, Body=b"x")
        wanted = [{"Key": key} for key in [*keys, "public/hello.txt"]]
        answer = self.s3.delete_objects(Bucket=BUCKET, Delete={"Objects": wanted})
        assert [done["Key"] for done in answer["Deleted"]] == keys, answer
        assert [(kept["Key"], kept["Code"]) for kept in answer["Errors"]] == [("public/hello.txt", "AccessDenied")]
        assert self.s3.list_objects_v2(Bucket=BUCKET, Prefix=f"{self.home}/many/")["KeyCount"] == 0
        refused("MalformedXML", self.s3.delete_objects, Bucket=BUCKET, Delete={"Objects": [{"Key": "k"}] * 1001})

    def writes_and_deletes_under_conditions(self):
        key = f"{self.home}/conditional"
        written = self.s3.put_object(Bucket=BUCKET, Key=key, Body=b"first", IfNoneMatch="*")
        refused("PreconditionFailed", self.s3.put_object, Bucket=BUCKET, Key=key, Body=b"lost", IfNoneMatch="*")
        refused("PreconditionFailed", self.s3.put_object, Bucket=BUCKET, Key=key, Body=b"lost", IfMatch='"other"')
        self.s3.put_object(Bucket=BUCKET, Key=key, Body=b"second", IfMatch=written["ETag"])
        refused("PreconditionFailed", self.s3.delete_object, Bucket=BUCKET, Key=key, IfMatch=written["ETag"])
        assert self.body(key) == b"second"

    def is_denied_what_is_not_its_own(self):
        refused("AccessDenied", self.s3.get_object, Bucket=BUCKET, Key="us-east-1:somebody-else/diary.txt")
        refused("AccessDenied", self.s3.put_object, Bucket=BUCKET, Key="public/hello.txt", Body=b"x")
        refused("AccessDenied", self.s3.delete_bucket, Bucket=BUCKET)
        refused("AccessDenied", self.s3.list_buckets)

    def is_denied_with_a_wrong_secret_or_without_the_token(self):
        wrong = client("s3", **{**self.keys, "aws_secret_access_key": "wrong"})
        refused("SignatureDoesNotMatch", wrong.list_objects_v2, Bucket=BUCKET)
        without = client("s3", **{**self.keys, "aws_session_token": None})
        refused("InvalidAccessKeyId", without.list_objects_v2, Bucket=BUCKET)

    def makes_uses_and_deletes_an_identity_pool(self):
        pools = client("cognito-identity", **ROOT)
        provider = {"ProviderName": LOGIN_KEY, "ClientId": os.environ["DEMO_CLIENT"]}
        settings = dict(IdentityPoolName="boto3", AllowUnauthenticatedIdentities=True, CognitoIdentityProviders=[provider])
        made = pools.create_identity_pool(**settings)
        pool = made["IdentityPoolId"]
        assert (made["CognitoIdentityProviders"], made["IdentityPoolTags"]) == ([provider], {}), made
        roles = pools.get_identity_pool_roles(IdentityPoolId=POOL)["Roles"]
        pools.set_identity_pool_roles(IdentityPoolId=pool, Roles=roles)
        assert pools.get_identity_pool_roles(IdentityPoolId=pool)["Roles"] == roles
        identities = sorted(pools.get_id(IdentityPoolId=pool, Logins=logins)["IdentityId"] for logins in ({}, sign_in(**DEMO)))
        listed = pools.list_identities(IdentityPoolId=pool, MaxResults=60)["Identities"]
        assert [found["IdentityId"] for found in listed] == identities, listed
        assert sorted(found["Logins"] for found in listed) == [[], [LOGIN_KEY]], listed
        described = pools.describe_identity(IdentityId=identities[0])
        assert described["CreationDate"].timestamp() > 1_700_000_000, described
        pages = pools.get_paginator("list_identity_pools").paginate(PaginationConfig={"PageSize": 1})
        assert {found["IdentityPoolId"] for page in pages for found in page["IdentityPools"]} >= {POOL, pool}
        updated = pools.update_identity_pool(IdentityPoolId=pool, IdentityPoolName="closed", AllowUnauthenticatedIdentities=False)
        assert "CognitoIdentityProviders" not in updated, updated
        assert pools.describe_identity_pool(IdentityPoolId=pool)["IdentityPoolName"] == "closed"
        refused("NotAuthorizedException", pools.get_id, IdentityPoolId=pool)
        arn = f"arn:aws:cognito-identity:us-east-1:123456789012:identitypool/{pool}"
        pools.tag_resource(ResourceArn=arn, Tags={"team": "blue", "env": "dev"})
        pools.untag_resource(ResourceArn=arn, TagKeys=["env"])
        assert pools.list_tags_for_resource(ResourceArn=arn)["Tags"] == {"team": "blue"}
        # As Terraform updates a pool: a description sent back, and a change that says nothing of tags.
        pools.update_identity_pool(**{name: value for name, value in pools.describe_identity_pool(IdentityPoolId=pool).items() if name != "ResponseMetadata"})
        pools.update_identity_pool(IdentityPoolId=pool, IdentityPoolName="closed", AllowUnauthenticatedIdentities=False)
        assert pools.describe_identity_pool(IdentityPoolId=pool)["IdentityPoolTags"] == {"team": "blue"}
        pools.delete_identity_pool(IdentityPoolId=pool)
        refused("ResourceNotFoundException", pools.describe_identity_pool, IdentityPoolId=pool)
        refused("ResourceNotFoundException", pools.describe_identity, IdentityId=identities[0])

    def maps_claims_to_roles_and_to_tags(self):
        pools, iam, logins = client("cognito-identity", **ROOT), client("iam", **ROOT), sign_in(**DEMO)
        pool = pools.create_identity_pool(
            IdentityPoolName="mapped", AllowUnauthenticatedIdentities=False,
            CognitoIdentityProviders=[{"ProviderName": LOGIN_KEY, "ClientId": DEMO["app"]}])["IdentityPoolId"]
        trust = os.environ["TRUST"].replace("IDENTITY_POOL", pool).replace(
            '"sts:AssumeRoleWithWebIdentity"', '["sts:AssumeRoleWithWebIdentity","sts:TagSession"]')
        policy = {"Version": "2012-10-17", "Statement": {
            "Effect": "Allow", "Action": ["s3:PutObject", "s3:GetObject"],
            "Resource": f"arn:aws:s3:::{BUCKET}/${{aws:PrincipalTag/who}}/*"}}
        iam.create_role(RoleName="mapped", AssumeRolePolicyDocument=trust)
        iam.put_role_policy(RoleName="mapped", PolicyName="own", PolicyDocument=json.dumps(policy))
        arn = "arn:aws:iam::123456789012:role/mapped"
        mappings = {f"{LOGIN_KEY}:{DEMO['app']}": {
            "Type": "Rules", "AmbiguousRoleResolution": "Deny", "RulesConfiguration": {"Rules": [
                {"Claim": "email", "MatchType": "Equals", "Value": "alice@example.com", "RoleARN": arn}]}}}
        pools.set_identity_pool_roles(IdentityPoolId=pool, Roles={}, RoleMappings=mappings)
        assert pools.get_identity_pool_roles(IdentityPoolId=pool)["RoleMappings"] == mappings
        provider = dict(IdentityPoolId=pool, IdentityProviderName=LOGIN_KEY)
        pools.set_principal_tag_attribute_map(**provider, UseDefaults=False, PrincipalTags={"who": "cognito:username"})
        shown = pools.get_principal_tag_attribute_map(**provider)
        assert (shown["UseDefaults"], shown["PrincipalTags"]) == (False, {"who": "cognito:username"}), shown
        _, keys = credentials_of(logins, pool)
        mine = client("s3", **keys)
        mine.put_object(Bucket=BUCKET, Key=f"{DEMO['user']}/note", Body=b"mine")
        refused("AccessDenied", mine.put_object, Bucket=BUCKET, Key="somebody/note", Body=b"x")
        pools.delete_identity_pool(IdentityPoolId=pool)
        iam.delete_role_policy(RoleName="mapped", PolicyName="own")
        iam.delete_role(RoleName="mapped")

    def presigns_what_anybody_may_then_do(self):
        key = f"{self.home}/presigned"
        signer = client("s3", config=Config(signature_version="s3v4"), **self.keys)

        def url(operation, **more):
            return signer.generate_presigned_url(operation, Params={"Bucket": BUCKET, "Key": key, **more}, ExpiresIn=60)

        put = url("put_object", ContentType="text/plain", Metadata={"color": "blue"})
        headers = {"Content-Type": "text/plain", "x-amz-meta-color": "blue"}
        assert use(put, "PUT", b"presigned", headers)[0] == 200
        assert use(put, "PUT", b"presigned", {**headers, "x-amz-storage-class": "STANDARD"})[0] == 403
        assert use(put, "PUT", b"presigned", {"Content-Type": "text/plain"})[0] == 403
        assert use(url("get_object")) == (200, b"presigned")
        assert use(url("get_object"), "GET", headers={"Range": "bytes=0-2"}) == (206, b"pre")
        assert use(url("head_object"), "HEAD") == (200, b"")
        assert use(url("get_object"), "DELETE")[0] == 403
        assert use(url("delete_object"), "DELETE") == (204, b"")
        status, text = use(url("get_object"))
        assert status == 404 and b"NoSuchKey" in text

    def is_told_that_version_2_of_signatures_is_not_taken(self):
        # What boto3 presigns with unless it is told otherwise.
        status, text = use(self.s3.generate_presigned_url("get_object", Params={"Bucket": BUCKET, "Key": "public/hello.txt"}))
        assert status == 400 and b"<Code>InvalidRequest</Code>" in text, text

    def makes_a_user_pool_uses_it_and_tears_it_down(self):
        idp = client("cognito-idp", aws_access_key_id=os.environ["ROOT_ID"], aws_secret_access_key=os.environ["ROOT_SECRET"])
        pool = idp.create_user_pool(PoolName="boto3", Policies={"PasswordPolicy": {"MinimumLength": 10}})["UserPool"]["Id"]
        made = idp.create_user_pool_client(
            UserPoolId=pool, ClientName="app", ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"])
        app = made["UserPoolClient"]["ClientId"]
        user = dict(UserPoolId=pool, Username="jörg")
        idp.admin_create_user(**user, MessageAction="SUPPRESS", UserAttributes=[{"Name": "email_verified", "Value": "True"}])
        refused("InvalidPasswordException", idp.admin_set_user_password, **user, Password="too-short", Permanent=True)
        idp.admin_set_user_password(**user, Password="long-enough", Permanent=True)
        found = idp.admin_get_user(**user)
        assert found["UserStatus"] == "CONFIRMED" and found["UserCreateDate"].year >= 2024, found
        signed_in = idp.initiate_auth(
            AuthFlow="USER_PASSWORD_AUTH", ClientId=app, AuthParameters={"USERNAME": "jörg", "PASSWORD": "long-enough"})
        token = {"REFRESH_TOKEN": signed_in["AuthenticationResult"]["RefreshToken"]}
        again = idp.initiate_auth(AuthFlow="REFRESH_TOKEN_AUTH", ClientId=app, AuthParameters=token)["AuthenticationResult"]
        assert "RefreshToken" not in again and again["TokenType"] == "Bearer", again
        pages = idp.get_paginator("list_user_pools").paginate(PaginationConfig={"PageSize": 1})
        assert pool in [found["Id"] for page in pages for found in page["UserPools"]]
        idp.delete_user_pool(UserPoolId=pool)
        refused("ResourceNotFoundException", idp.admin_get_user, **user)

    def makes_everything_from_nothing_uses_it_and_tears_it_down(self):
        bucket, role, password = "boto3-life", dict(RoleName="boto3-life"), "From-N0thing!"
        idp, pools, iam = (client(service, **ROOT) for service in ("cognito-idp", "cognito-identity", "iam"))
        user_pool = idp.create_user_pool(PoolName="life")["UserPool"]["Id"]
        app = idp.create_user_pool_client(
            UserPoolId=user_pool, ClientName="app", ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"])["UserPoolClient"]["ClientId"]
        idp.admin_create_user(UserPoolId=user_pool, Username="alma", MessageAction="SUPPRESS")
        idp.admin_set_user_password(UserPoolId=user_pool, Username="alma", Password=password, Permanent=True)
        key = f"cognito-idp.us-east-1.amazonaws.com/{user_pool}"
        pool = pools.create_identity_pool(
            IdentityPoolName="life", AllowUnauthenticatedIdentities=False,
            CognitoIdentityProviders=[{"ProviderName": key, "ClientId": app}])["IdentityPoolId"]
        trust = os.environ["TRUST"].replace("IDENTITY_POOL", pool)
        document = lambda name: os.environ[name].replace("BUCKET", bucket)
        roof, may = (iam.create_policy(PolicyName=name, PolicyDocument=document(text))["Policy"]["Arn"]
                     for name, text in (("boto3-roof", "ROOF"), ("boto3-may", "POLICY")))
        arn = iam.create_role(**role, AssumeRolePolicyDocument=trust, PermissionsBoundary=roof)["Role"]["Arn"]
        iam.attach_role_policy(**role, PolicyArn=may)
        iam.get_waiter("policy_exists").wait(PolicyArn=may)
        iam.put_role_policy(**role, PolicyName="more", PolicyDocument=document("TOO_MUCH"))
        assert iam.get_role(**role)["Role"]["PermissionsBoundary"]["PermissionsBoundaryArn"] == roof
        version = iam.get_policy_version(PolicyArn=may, VersionId="v1")["PolicyVersion"]
        assert version["IsDefaultVersion"] and version["Document"] == json.loads(document("POLICY")), version
        pools.set_identity_pool_roles(IdentityPoolId=pool, Roles={"authenticated": arn})
        self.root.create_bucket(Bucket=bucket)
        self.root.put_object(Bucket=bucket, Key="public/hello.txt", Body=b"hello")

        home, keys = credentials_of(sign_in(key=key, app=app, user="alma", password=password), pool)
        assert client("sts", **keys).get_caller_identity()["Arn"].split("/")[1] == "boto3-life"
        s3, note = client("s3", **keys), dict(Bucket=bucket, Key=f"{home}/note.txt")
        s3.put_object(**note, Body=b"mine")
        assert s3.get_object(**note)["Body"].read() == b"mine"
        assert s3.get_object(Bucket=bucket, Key="public/hello.txt")["Body"].read() == b"hello"
        assert [found["Key"] for found in s3.list_objects_v2(Bucket=bucket, Prefix=f"{home}/")["Contents"]] == [note["Key"]]
        refused("AccessDenied", s3.list_objects_v2, Bucket=bucket)
        refused("AccessDenied", s3.put_object, Bucket=bucket, Key="public/hello.txt", Body=b"bye")
        refused("AccessDenied", s3.get_object, Bucket=BUCKET, Key="public/hello.txt")
        refused("AccessDenied", self.s3.get_object, **note)
        refused("AccessDenied", client("iam", **keys).get_role, **role)
        refused("AccessDeniedException", client("cognito-idp", **keys).describe_user_pool, UserPoolId=user_pool)

        pools.delete_identity_pool(IdentityPoolId=pool)
        refused("DeleteConflict", iam.delete_policy, PolicyArn=roof)
        iam.delete_role_policy(**role, PolicyName="more")
        refused("DeleteConflict", iam.delete_role, **role)
        for attached in iam.get_paginator("list_attached_role_policies").paginate(**role).search("AttachedPolicies"):
            iam.detach_role_policy(**role, PolicyArn=attached["PolicyArn"])
        iam.delete_role(**role)
        for policy in (roof, may):
            assert iam.list_entities_for_policy(PolicyArn=policy)["PolicyRoles"] == []
            iam.delete_policy(PolicyArn=policy)
        idp.delete_user_pool_client(UserPoolId=user_pool, ClientId=app)
        idp.delete_user_pool(UserPoolId=user_pool)
        self.root.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": note["Key"]}, {"Key": "public/hello.txt"}]})
        self.root.delete_bucket(Bucket=bucket)
        refused("ExpiredToken", s3.get_object, **note)
        refused("NoSuchEntity", iam.get_role, **role)
        refused("404", self.root.head_bucket, Bucket=bucket)

    def takes_a_token_of_an_identity_to_sts(self):
        pools, anybody = client("cognito-identity", **ROOT), Config(signature_version=UNSIGNED)
        known = pools.describe_identity_pool(IdentityPoolId=POOL)
        settings = {name: known[name] for name in (
            "IdentityPoolId", "IdentityPoolName", "AllowUnauthenticatedIdentities", "CognitoIdentityProviders")}
        asked = dict(IdentityId=self.home, Logins=sign_in(**DEMO))
        get_token = client("cognito-identity", config=anybody).get_open_id_token
        refused("InvalidParameterException", get_token, **asked)
        pools.update_identity_pool(**settings, AllowClassicFlow=True)
        token = get_token(**asked)
        assert token["IdentityId"] == self.home, token
        role = pools.get_identity_pool_roles(IdentityPoolId=POOL)["Roles"]["authenticated"]
        assume = client("sts", config=anybody).assume_role_with_web_identity
        wanted = dict(RoleArn=role, RoleSessionName="boto3", WebIdentityToken=token["Token"])
        answer = assume(**wanted, DurationSeconds=900)
        assert answer["SubjectFromWebIdentityToken"] == self.home and answer["Audience"] == POOL, answer
        issued = answer["Credentials"]
        keys = dict(aws_access_key_id=issued["AccessKeyId"], aws_secret_access_key=issued["SecretAccessKey"],
                    aws_session_token=issued["SessionToken"])
        client("s3", **keys).put_object(Bucket=BUCKET, Key=f"{self.home}/sts", Body=b"mine")
        assert self.body(f"{self.home}/sts") == b"mine"
        refused("InvalidIdentityToken", assume, **{**wanted, "WebIdentityToken": token["Token"] + "A"})
        refused("AccessDenied", assume, **{**wanted, "RoleArn": role + "s"})
        assert by_a_token_in_a_file(role, token["Token"])["Arn"].endswith("/file")
        pools.update_identity_pool(**settings, AllowClassicFlow=False)
        refused("IDPRejectedClaim", assume, **wanted)

    def vouches_for_users_of_a_back_end_of_its_own(self):
        pools, own = client("cognito-identity", **ROOT), dict(DeveloperProviderName="login.boto3")
        known = pools.describe_identity_pool(IdentityPoolId=POOL)
        pools.update_identity_pool(**{name: value for name, value in known.items() if name != "ResponseMetadata"}, **own)
        pool = dict(IdentityPoolId=POOL)

        def vouch(user, **more):
            return pools.get_open_id_token_for_developer_identity(**pool, Logins={"login.boto3": user}, **more)

        ute, vera = vouch("ute", TokenDuration=3600), vouch("vera")
        logins = {"cognito-identity.amazonaws.com": ute["Token"]}
        issued = client("cognito-identity", config=Config(signature_version=UNSIGNED)).get_credentials_for_identity(
            IdentityId=ute["IdentityId"], Logins=logins)["Credentials"]
        keys = dict(aws_access_key_id=issued["AccessKeyId"], aws_secret_access_key=issued["SecretKey"],
                    aws_session_token=issued["SessionToken"])
        s3, note = client("s3", **keys), dict(Bucket=BUCKET, Key=f"{ute['IdentityId']}/note")
        s3.put_object(**note, Body=b"mine")
        assert s3.get_object(**note)["Body"].read() == b"mine"
        refused("AccessDenied", s3.put_object, Bucket=BUCKET, Key=f"{vera['IdentityId']}/note", Body=b"x")

        assert pools.lookup_developer_identity(**pool, DeveloperUserIdentifier="ute")["IdentityId"] == ute["IdentityId"]
        merged = pools.merge_developer_identities(**pool, **own, SourceUserIdentifier="ute", DestinationUserIdentifier="vera")
        assert merged["IdentityId"] == vera["IdentityId"] == vouch("ute")["IdentityId"], merged
        found = pools.lookup_developer_identity(**pool, IdentityId=vera["IdentityId"], MaxResults=1)
        assert found["DeveloperUserIdentifierList"] == ["ute"], found
        found = pools.lookup_developer_identity(**pool, IdentityId=vera["IdentityId"], NextToken=found["NextToken"])
        assert found["DeveloperUserIdentifierList"] == ["vera"] and "NextToken" not in found, found
        pools.unlink_developer_identity(**pool, **own, IdentityId=vera["IdentityId"], DeveloperUserIdentifier="ute")
        assert vouch("ute")["IdentityId"] not in (ute["IdentityId"], vera["IdentityId"])
        refused("ResourceConflictException", pools.lookup_developer_identity, **pool,
                IdentityId=vera["IdentityId"], DeveloperUserIdentifier="ute")
        refused("DeveloperUserAlreadyRegisteredException", lambda: vouch("ute", IdentityId=vera["IdentityId"]))

    def takes_on_roles_and_makes_federated_users(self):
        iam, role = client("iam", **ROOT), "arn:aws:iam::123456789012:role/made-by-boto3-sts"
        trust = {"Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Action": ["sts:AssumeRole", "sts:TagSession"],
                 "Condition": {"StringEquals": {"aws:RequestTag/team": "blue"}}}
        reading = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{BUCKET}/*"}
        document = lambda statement: json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        iam.create_role(RoleName="made-by-boto3-sts", AssumeRolePolicyDocument=document(trust))
        iam.put_role_policy(RoleName="made-by-boto3-sts", PolicyName="reading", PolicyDocument=document(reading))
        iam.create_user(UserName="sts")
        entering = {"Effect": "Allow", "Action": ["sts:AssumeRole", "sts:TagSession", "sts:GetFederationToken", "s3:*"],
                    "Resource": "*"}
        iam.put_user_policy(UserName="sts", PolicyName="entering", PolicyDocument=document(entering))
        key = iam.create_access_key(UserName="sts")["AccessKey"]
        user = client("sts", aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"])

        def keys(issued):
            return dict(aws_access_key_id=issued["AccessKeyId"], aws_secret_access_key=issued["SecretAccessKey"],
                        aws_session_token=issued["SessionToken"])

        wanted = dict(RoleArn=role, RoleSessionName="boto3")
        refused("AccessDenied", user.assume_role, **wanted)
        answer = user.assume_role(**wanted, Tags=[{"Key": "team", "Value": "blue"}], TransitiveTagKeys=["team"])
        assert answer["AssumedRoleUser"]["Arn"].endswith(":assumed-role/made-by-boto3-sts/boto3"), answer
        hello = dict(Bucket=BUCKET, Key="public/hello.txt")
        client("s3", **keys(answer["Credentials"])).get_object(**hello)
        refused("AccessDenied", client("s3", **keys(answer["Credentials"])).put_object, **hello, Body=b"x")
        own = keys(user.get_session_token(DurationSeconds=900)["Credentials"])
        assert client("sts", **own).get_caller_identity()["Arn"] == "arn:aws:iam::123456789012:user/sts"
        refused("InvalidClientTokenId", client("iam", **own).list_roles)
        refused("AccessDenied", client("sts", **own).get_session_token)
        bob = keys(user.get_federation_token(Name="bob", Policy=document(reading))["Credentials"])
        client("s3", **bob).get_object(**hello)
        refused("AccessDenied", client("s3", **bob).put_object, **hello, Body=b"x")

    def is_refused_a_login_that_proves_nothing(self):
        pools = client("cognito-identity", config=Config(signature_version=UNSIGNED))
        refused("NotAuthorizedException", pools.get_id, IdentityPoolId=POOL, Logins={LOGIN_KEY: "x.y.z"})


suite = Suite()
for name in [name for name in vars(Suite) if name[0] != "_" and name != "body"]:
    try:
        getattr(suite, name)()
        failure = None
    except Exception:
        failure = traceback.format_exc()
    print(json.dumps({"name": name.replace("_", " "), "failure": failure}), flush=True)
