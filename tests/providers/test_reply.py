"""Reading a completion: every shape that is known, and whatever else may come."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mistral_server import bodies

from nightclerk.errors import CutOff
from nightclerk.providers.reply import read_reply
from nightclerk.records import Reply, Usage

ANSWER, THINKING = '{"findings": []}', "Nothing here.\nReally nothing."
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda part: st.lists(part, max_size=4) | st.dictionaries(st.text(max_size=8), part, max_size=4),
    max_leaves=20,
)


def body(message: dict[str, Any], **fields: Any) -> str:
    """A completion with this message."""
    usage = {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}
    whole = {"id": "c1", "model": "mistral-medium-3-5", "usage": usage, "choices": [{"finish_reason": "stop", "message": message}]}
    return json.dumps(whole | fields)


@pytest.mark.parametrize("shape", bodies.SHAPES)
def test_every_shape_reads_the_same(shape: str) -> None:
    """However thinking is packed, the answer comes out bare and the thinking apart."""
    reply = read_reply(body(bodies.message(ANSWER, "" if shape == "string" else THINKING, shape)))
    assert reply.answer == ANSWER
    assert reply.thinking == ("" if shape == "string" else THINKING)


@pytest.mark.parametrize("shape", bodies.SHAPES)
def test_an_answer_cut_off_while_thinking_is_empty(shape: str) -> None:
    """Where the limit struck in the thinking, no thinking passes for an answer."""
    reply = read_reply(body(bodies.message("", THINKING, shape)))
    assert reply.answer == ""


def test_a_real_mixture_of_chunks_is_joined() -> None:
    """Text, an empty think, a think and text again, with a bare string between: texts join in order, and so does the thinking."""
    think = {"type": "thinking", "thinking": [{"type": "text", "text": "a"}, {"type": "tool_reference", "tool": "x"}, {"text": "b"}]}
    content = [{"type": "text", "text": "1"}, {"type": "thinking", "thinking": []}, think, "2", {"type": "text", "text": "3"}, None, 7]
    reply = read_reply(body({"content": content}))
    assert (reply.answer, reply.thinking) == ("123", "ab")


def test_marks_inside_the_answer_belong_to_it() -> None:
    """A quote that holds thinking marks is not taken for thinking."""
    answer = '{"quote": "the text <think>as written</think> [THINK]here[/THINK]"}'
    assert read_reply(body({"content": answer})).answer == answer
    assert read_reply(body({"content": f"<think>why</think>{answer}"})).answer == answer


def test_a_closing_mark_alone() -> None:
    """Where the opening mark stood in the prompt, what comes before the closing one is thinking; inside JSON it is the answer's own."""
    for closing in ("</think>", "[/THINK]"):
        reply = read_reply(body({"content": f"Hm.\nYes.\n{closing}\n\n{ANSWER}"}))
        assert (reply.answer, reply.thinking) == (ANSWER, "Hm.\nYes.")
        for answer in (f'{{"quote": "a {closing} b"}}', f'```json\n{{"quote": "{closing}"}}\n```', f'["{closing}"]', f" {{}} {closing}"):
            assert read_reply(body({"content": answer})).answer == answer


@pytest.mark.parametrize("content", [None, [], "", 5, {"a": 1}])
def test_no_content_is_an_empty_answer(content: object) -> None:
    """Null, empty and meaningless contents are an empty answer whose usage still counts."""
    reply = read_reply(body({"content": content}))
    assert reply.answer == ""
    assert reply.usage == Usage(100, 20)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ({"prompt_tokens": 100, "completion_tokens": 20, "prompt_tokens_details": {"cached_tokens": 64}}, Usage(100, 20, cached_tokens=64)),
        ({"prompt_tokens": 100, "completion_tokens": 20, "prompt_tokens_details": None}, Usage(100, 20)),
        (
            {"prompt_tokens": 100, "completion_tokens": 20, "prompt_tokens_details": {"cached_tokens": 640}},
            Usage(100, 20, cached_tokens=100),
        ),
        ({"prompt_tokens": 100, "total_tokens": 120}, Usage(100, 20)),
        ({"prompt_tokens": 100.0, "completion_tokens": 20.0}, Usage(100, 20)),
        (None, None),
        ({}, None),
        ({"prompt_tokens": 0, "completion_tokens": 0}, None),
        ({"prompt_tokens": 100, "completion_tokens": 0}, None),
        ({"prompt_tokens": -1, "completion_tokens": 20}, None),
        ({"prompt_tokens": True, "completion_tokens": 20}, None),
        ({"prompt_tokens": "100", "completion_tokens": 20}, None),
        ({"prompt_tokens": 10**30, "completion_tokens": 20}, None),
        ({"prompt_tokens": 100.5, "completion_tokens": 20}, None),
    ],
)
def test_usage_is_read_or_unknown(raw: object, expected: Usage | None) -> None:
    """Usage is what the provider says; what is missing or cannot be true is unknown, never zero."""
    assert read_reply(body({"content": ANSWER}, usage=raw)).usage == expected


def test_thinking_tokens_are_a_share_of_the_completion() -> None:
    """The estimate of thinking never exceeds what was billed, and is all of it where there is nothing else."""
    mixed = read_reply(body(bodies.message("a" * 30, "t" * 90, "think_text"))).usage
    only = read_reply(body(bodies.message("", "t" * 90, "think_text"))).usage
    assert mixed is not None
    assert only is not None
    assert (mixed.thinking_tokens, only.thinking_tokens) == (15, 20)


def test_facts_around_the_answer_are_kept() -> None:
    """Finish reason, served model, request id and rate headers are in the reply; other headers are not."""
    headers = {"x-request-id": "r1", "x-ratelimit-limit-req-minute": "60", "set-cookie": "secret"}
    reply = read_reply(body({"content": ANSWER}, model="mistral-medium-2604"), headers=headers)
    assert (reply.finish_reason, reply.model_served, reply.provider_request_id) == ("stop", "mistral-medium-2604", "r1")
    assert reply.headers == {"x-ratelimit-limit-req-minute": "60"}
    assert read_reply(body({"content": ANSWER})).provider_request_id == "c1"


@pytest.mark.parametrize(
    "raw", ["", "{", "null", "[]", '"text"', "{}", '{"choices": []}', "<html>", '{"error": {"message": "no"}}', "[" * 100_000]
)
def test_what_is_no_completion_is_cut_off_and_kept(raw: str) -> None:
    """A body without choices and without usage may have been billed, so it is kept for whoever settles the bill."""
    with pytest.raises(CutOff) as caught:
        read_reply(raw, headers={"x-request-id": "r2"})
    assert caught.value.billable
    assert caught.value.raw_body == raw
    assert caught.value.provider_request_id == "r2"


def test_usage_without_choices_still_counts() -> None:
    """A completion without a choice is an empty answer that was billed exactly."""
    reply = read_reply(json.dumps({"choices": [], "usage": {"prompt_tokens": 100, "completion_tokens": 20}}))
    assert (reply.answer, reply.usage) == ("", Usage(100, 20))


def test_text_is_fit_for_every_database() -> None:
    """NUL characters and halves of surrogate pairs, which JSON can carry, do not reach a text column."""
    raw = body({"content": "a\x00b\ud800c", "reasoning": "\udfff\x00"}, model="m\x00")
    reply = read_reply(raw)
    for text in (reply.answer, reply.thinking, reply.model_served, reply.raw_body):
        assert "\x00" not in text
        text.encode()


def assert_sound(reply: Reply) -> None:
    """The reply holds what the columns can take."""
    assert len(reply.finish_reason) <= 40
    assert len(reply.model_served) <= 100
    assert len(reply.provider_request_id or "") <= 200
    if reply.usage:
        used = reply.usage
        assert used.prompt_tokens > 0
        assert 0 <= used.cached_tokens <= used.prompt_tokens
        assert 0 <= used.thinking_tokens <= used.completion_tokens
    f"{reply.answer}{reply.thinking}{reply.raw_body}{reply.model_served}{reply.finish_reason}".encode()


@given(JSON | st.fixed_dictionaries({"choices": st.lists(JSON, min_size=1, max_size=2), "usage": JSON, "model": JSON, "id": JSON}))
def test_any_json_is_read_or_cut_off(value: object) -> None:
    """Whatever JSON comes, it is a sound reply or a billable `CutOff`."""
    try:
        reply = read_reply(json.dumps(value))
    except CutOff as cut:
        billable = cut.billable
    else:
        billable = True
        assert_sound(reply)
    assert billable


@given(JSON, JSON, JSON)
def test_any_message_is_read(content: object, reasoning: object, inner: object) -> None:
    """Whatever stands in a message, reading it never fails."""
    for message in ({"content": content, "reasoning": reasoning}, {"content": [{"type": "thinking", "thinking": inner}, content]}):
        assert_sound(read_reply(body(message, usage=inner)))


@given(st.binary() | st.text().map(lambda text: text.encode("utf-8", "replace")))
def test_any_bytes_are_read_or_cut_off(raw: bytes) -> None:
    """Whatever bytes come, nothing but `CutOff` is raised."""
    with pytest.raises(CutOff):
        read_reply("{" + raw.decode("utf-8", "replace"))
