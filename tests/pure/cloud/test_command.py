"""The stand-in for `aws` where nothing keeps it: what it sends, and where to."""

import boto3
import botocore.session
import pytest
from botocore.httpsession import HTTPClientError, URLLib3Session

from cachelab.cloud import command, guard

HERE, THERE = "http://127.0.0.1:1", "https://elasticache.us-east-1.amazonaws.com"
SERVICES = f"[default]\nservices = s\n[services s]\nelasticache =\n  endpoint_url = {THERE}\n"
ROLE = (
    "[profile a]\nrole_arn = arn:aws:iam::1:role/a\nsource_profile = a\n"
    "aws_access_key_id = a\naws_secret_access_key = b\n"
)


@pytest.fixture(scope="module")
def descriptions():
    """What botocore reads of AWS, which is most of the work of a session's first client: once for all."""
    return botocore.session.create_loader()


@pytest.fixture
def sent(monkeypatch, tmp_path, descriptions):
    """(where to, by which proxies) of every request that would have left the process."""
    sent = []

    def send(session, request):
        sent.append((request.url, session._proxy_config.proxy_url_for(request.url)))
        raise HTTPClientError(error="nobody answers")

    monkeypatch.setattr(URLLib3Session, "send", send)
    monkeypatch.setattr(guard, "_original_send", None)
    for name, value in guard.environment(HERE, "").items():
        if name.startswith("AWS_"):
            monkeypatch.delenv(name, raising=False) if value is None else monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    monkeypatch.setattr(botocore.session, "create_loader", lambda data_path: descriptions)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)  # as in a process that has made no client
    return sent


@pytest.mark.parametrize(
    "variables, config, option",
    [
        ({"AWS_ENDPOINT_URL_ELASTICACHE": THERE}, "", ""),
        ({"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"}, "", ""),
        ({}, "[default]\nignore_configured_endpoint_urls = true\n", ""),
        ({"AWS_ENDPOINT_URL": ""}, SERVICES, ""),
        ({}, "", f"--endpoint-url {THERE}"),
        ({"AWS_PROFILE": "a", "AWS_ACCESS_KEY_ID": "", "AWS_ENDPOINT_URL_STS": THERE}, ROLE, ""),
    ],
)  # fmt: skip
def test_nothing_that_the_learner_has_set_makes_it_leave_the_machine(
    sent, tmp_path, monkeypatch, capsys, variables, config, option
):
    (tmp_path / "config").write_text(config)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    code = command.main(["elasticache", "describe-cache-clusters", *option.split()])
    assert (code, sent) == (command.WRONG_USE, [])
    assert "would have gone to" in capsys.readouterr().err


def test_it_sends_where_it_is_told_and_asks_no_proxy(sent, monkeypatch, capsys):
    for name in ("HTTP_PROXY", "http_proxy"):
        monkeypatch.setenv(name, "http://proxy.example:3128")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    there = "http://localhost:2"
    assert command.main(["elasticache", "describe-cache-clusters", f"--endpoint-url={there}"]) != 0
    assert sent == [(f"{there}/", None)]
