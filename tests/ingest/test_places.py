"""What somebody types: a path or a URL, without its secrets, and only under the roots."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nightclerk import ingest
from nightclerk.errors import BadUsage, SourceNotAllowed


def _url(text: str) -> ingest.Url:
    found = ingest.place(text)
    assert isinstance(found, ingest.Url)
    return found


@pytest.mark.parametrize("text", ["/srv/inbox", "inbox/a b.pdf", "file:///srv/inbox/a%20b.pdf", "c:/x", "a:b", "what://"])
def test_paths_stay_paths(text: str) -> None:
    """What has no scheme and a server is a path, and a file: URL is one, too."""
    if text == "what://":
        with pytest.raises(BadUsage, match="names no server"):
            ingest.place(text)
    else:
        assert isinstance(ingest.place(text), Path)
    assert ingest.place("file:///srv/a%20b.pdf") == Path("/srv/a b.pdf")


@pytest.mark.parametrize(
    ("text", "uri"),
    [
        ("https://Docs.Example:443/a%20b.pdf#page=2", "https://docs.example/a%20b.pdf"),
        ("https://clerk:tulip@docs.example/a.pdf", "https://clerk@docs.example/a.pdf"),
        ("https://docs.example/a.pdf?id=7&X-Amz-Signature=abc", "https://docs.example/a.pdf?id=7&X-Amz-Signature=***"),
        ("https://docs.example/a.pdf?sig=abc&se=2026", "https://docs.example/a.pdf?sig=***&se=***"),
        ("s3://deals/2025/a#1 ?.pdf", "s3://deals/2025/a%231%20%3F.pdf"),
        ("s3a://deals/x", "s3://deals/x"),
        ("sftp://clerk:tulip@files.example:22/in", "sftp://clerk@files.example/in"),
        ("abfs://box@account.dfs.core.windows.net/x", "az://box@account.dfs.core.windows.net/x"),
    ],
)
def test_what_is_stored_of_a_url(text: str, uri: str) -> None:
    """A URL is stored without its password, its signature and its fragment, and the same place has one name."""
    assert _url(text).uri == uri
    assert "tulip" not in repr(_url(text))


@pytest.mark.parametrize(
    "text",
    [
        "s3://deals/../secret",
        "https://docs.example/a/%2e%2e/b",
        "https://docs.example/%252e%252e/b",
        "https://docs.example/a\\..\\b",
        "https://docs.example/a\n",
        "https://docs.example:99999/",
        "https://[::1/",
        "https://docs.example:8443.evil.example/filings/x",
        "s3://zip::deals/x",
        "https:///a.pdf",
    ],
)
def test_what_climbs_or_means_nothing(text: str) -> None:
    """A way up, however it is quoted, a chain and a broken URL are refused with a word about them."""
    with pytest.raises(BadUsage):
        ingest.place(text)


def test_under_the_roots() -> None:
    """Only the same scheme, server, login and folder count; a name that begins alike does not, and a secret never passes."""
    roots = [_url("s3://deals/inbox/"), _url("https://docs.example:8443/filings")]
    for text in ("s3://deals/inbox", "s3://deals/inbox/a/b.pdf", "https://DOCS.example:8443/filings/x?id=1"):
        assert ingest.under(_url(text), roots) == _url(text)
    refused = [
        "s3://deals/inbox-2/a.pdf",
        "s3://deals",
        "s3://other/inbox/a.pdf",
        "gs://deals/inbox/a.pdf",
        "https://docs.example/filings/x",
        "http://docs.example:8443/filings/x",
        "https://docs.example:8443/Filings/x",
        "https://clerk@docs.example:8443/filings/x",
        "https://clerk:tulip@docs.example:8443/filings/x",
        "https://docs.example:8443/filings/x?token=abc",
        "https://docs.example:8443@evil.example/filings/x",
    ]
    for text in refused:
        with pytest.raises(SourceNotAllowed) as error:
            ingest.under(_url(text), roots)
        assert "tulip" not in str(error.value)
        assert "abc" not in str(error.value)


@given(st.text(max_size=60))
def test_any_text_is_a_place_or_bad_usage(text: str) -> None:
    """Nothing that can be typed raises anything else, and a URL's name is plain ASCII that an index takes."""
    for typed in (text, f"https://{text}", f"s3://deals/{text}", f"sftp://{text}"):
        try:
            found = ingest.place(typed)
        except BadUsage:
            continue
        if isinstance(found, ingest.Url):
            assert len(found.uri) <= 2_000
            assert not found.password or found.password not in found.uri.partition("@")[0] or found.password in found.authority


def test_a_very_long_name_is_cut_and_stays_its_own() -> None:
    """Names longer than an index takes are cut, and two of them are still told apart."""
    first, second = _url("s3://deals/" + "é" * 2_000 + "1"), _url("s3://deals/" + "é" * 2_000 + "2")
    assert len(first.uri) <= 2_000
    assert first.uri != second.uri
