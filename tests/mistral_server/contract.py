"""The request, field by field, as the published specification has it; what is not in it is refused."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, protected_namespaces=())


class TextChunk(_Strict):
    type: Literal["text"]
    text: str


class ThinkChunk(_Strict):
    type: Literal["thinking"]
    thinking: list[TextChunk]
    signature: str | None = None
    closed: bool = True


class OtherChunk(BaseModel):
    model_config = ConfigDict(extra="allow")

    type: Literal["image_url", "document_url", "file", "reference", "input_audio"]


Chunk = Annotated[TextChunk | ThinkChunk | OtherChunk, Field(discriminator="type")]


class System(_Strict):
    role: Literal["system"]
    content: str | list[Annotated[TextChunk | ThinkChunk, Field(discriminator="type")]]


class User(_Strict):
    role: Literal["user"]
    content: str | list[Chunk] | None


class Assistant(_Strict):
    role: Literal["assistant"]
    content: str | list[Chunk] | None = None
    tool_calls: list[dict[str, Any]] | None = None
    prefix: bool = False


class Tool(_Strict):
    role: Literal["tool"]
    content: str | list[Chunk] | None
    tool_call_id: str | None = None
    name: str | None = None


class JsonSchema(_Strict):
    name: str
    description: str | None = None
    schema_: dict[str, Any] = Field(alias="schema")
    strict: bool = False


class ResponseFormat(_Strict):
    type: Literal["text", "json_object", "json_schema"]
    json_schema: JsonSchema | None = None


class Prediction(_Strict):
    type: Literal["content"]
    content: str


class Request(_Strict):
    """`POST /v1/chat/completions`."""

    model: str
    messages: list[Annotated[System | User | Assistant | Tool, Field(discriminator="role")]] = Field(min_length=1)
    temperature: Annotated[float, Field(ge=0, le=1.5)] | None = None
    top_p: Annotated[float, Field(gt=0, le=1)] | None = None
    max_tokens: Annotated[int, Field(ge=0)] | None = None
    stream: bool = False
    stop: str | list[str] | None = None
    random_seed: Annotated[int, Field(ge=0)] | None = None
    metadata: dict[str, Any] | None = None
    response_format: ResponseFormat | None = None
    tools: Annotated[list[dict[str, Any]], Field(max_length=128)] | None = None
    tool_choice: Literal["auto", "none", "any", "required"] | dict[str, Any] = "auto"
    parallel_tool_calls: bool = True
    presence_penalty: Annotated[float, Field(ge=-2, le=2)] = 0
    frequency_penalty: Annotated[float, Field(ge=-2, le=2)] = 0
    n: Annotated[int, Field(ge=1)] | None = None
    prediction: Prediction | None = None
    reasoning_effort: Literal["none", "minimal", "low", "medium", "high", "xhigh"] | None = None
    prompt_mode: Literal["reasoning"] | None = None
    safe_prompt: bool = False
    guardrails: list[dict[str, Any]] | None = None
    service_tier: Literal["auto", "standard_only"] | None = None
    prompt_cache_key: str | None = None
