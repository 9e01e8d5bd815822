"""What each server says in its own words: its completion, its list of models, its errors, what it refuses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from other_servers.problems import LLAMA_CPP, MISTRAL, OLLAMA, OPENROUTER, PUTER, VLLM, Problem


@dataclass(frozen=True)
class Work:
    """What the model behind a server did: the answer, the thinking, and in which form the thinking leaves."""

    text: str
    thinking: str
    form: str
    model: str
    prompt_tokens: int
    completion_tokens: int
    finish: str = "stop"
    with_usage: bool = True


class Dialect:
    """A server that speaks plain chat completions; others override what they do differently."""

    name: ClassVar[str]
    provider: ClassVar[str] = "openai_compatible"
    # the model that is asked, and how the server calls it in answers
    model: ClassVar[str]
    context_tokens: ClassVar[int | None] = None
    list_needs_key: ClassVar[bool] = True
    # it answers an overlong prompt as if nothing was wrong
    cuts_prompts: ClassVar[bool] = False
    chat_path: ClassVar[str] = "/v1/chat/completions"
    list_path: ClassVar[str] = "/v1/models"
    forms: ClassVar[tuple[str, ...]] = ("think", "token")
    problems: ClassVar[Mapping[str, Problem]]

    def asked(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """The part of a body that holds model, messages and limits."""
        return body

    def refuses(self, body: Mapping[str, Any]) -> bool:
        """Whether the server does not understand the body. Most take anything."""
        return False

    def completion(self, work: Work) -> dict[str, Any]:
        """The body of an answer."""
        choice = {"index": 0, "finish_reason": work.finish, "message": self.message(work)}
        body = {"id": "c-1", "object": "chat.completion", "created": 1, "model": work.model, "choices": [choice]}
        return body | ({"usage": self.usage(work)} if work.with_usage else {})

    def message(self, work: Work) -> dict[str, Any]:
        """The message, with the thinking in one of the forms."""
        fields: dict[str, Any] = {"role": "assistant", "content": work.text}
        if work.form == "think":
            fields["content"] = f"<think>\n{work.thinking}\n</think>\n{work.text}"
        elif work.form == "token":
            fields["content"] = f"[THINK]{work.thinking}[/THINK]{work.text}"
        elif work.form == "unopened":
            fields["content"] = f"{work.thinking}\n</think>\n\n{work.text}"
        elif work.form == "chunks":
            think = {"type": "thinking", "thinking": [{"type": "text", "text": work.thinking}]}
            fields["content"] = [think, {"type": "text", "text": work.text}]
        elif work.form == "details":
            fields["reasoning_details"] = [{"type": "reasoning.text", "text": work.thinking}]
        elif work.form != "none":
            fields[work.form] = work.thinking
        return fields

    def usage(self, work: Work) -> dict[str, Any]:
        """What the server says it used."""
        total = work.prompt_tokens + work.completion_tokens
        return {"prompt_tokens": work.prompt_tokens, "completion_tokens": work.completion_tokens, "total_tokens": total}

    def models(self) -> dict[str, Any] | None:
        """The list of models, or None where there is none."""
        return {"object": "list", "data": [{"id": self.model, "object": "model"}]}


class Mistral(Dialect):
    """Mistral's own endpoint, as far as all providers have it in common; `mistral_server` imitates the whole of it."""

    name = provider = "mistral"
    model = "mistral-medium-3-5"
    forms = ("none", "chunks", "think", "token")
    problems = MISTRAL

    def refuses(self, body: Mapping[str, Any]) -> bool:
        """Unknown fields are refused."""
        known = "model messages temperature max_tokens stream random_seed top_p response_format prompt_mode reasoning_effort"
        return bool(body.keys() - set(known.split()))

    def usage(self, work: Work) -> dict[str, Any]:
        """With details."""
        return super().usage(work) | {"prompt_tokens_details": {"cached_tokens": 0}}

    def models(self) -> dict[str, Any]:
        """With aliases and context."""
        row = {"id": self.model, "aliases": ["mistral-medium-latest"], "max_context_length": 262_144}
        return {"object": "list", "data": [row, {"id": "mistral-small-2603", "aliases": ["mistral-small-latest"]}]}


class Vllm(Dialect):
    """vLLM with the open weights of Magistral."""

    name = "vllm"
    model = "mistralai/Magistral-Small-2509"
    context_tokens = 40_960
    forms = ("none", "reasoning", "reasoning_content", "token")
    problems = VLLM

    def usage(self, work: Work) -> dict[str, Any]:
        """Details are null unless they are switched on."""
        return super().usage(work) | {"prompt_tokens_details": None}

    def models(self) -> dict[str, Any]:
        """With the context that the server was started with."""
        return {"object": "list", "data": [{"id": self.model, "root": self.model, "max_model_len": self.context_tokens}]}


class LlamaCpp(Dialect):
    """llama.cpp's server, with or without a parser for the thinking."""

    name = "llama_cpp"
    model = "Magistral-Small-2509-Q4_K_M.gguf"
    forms = ("none", "reasoning_content", "token", "think", "unopened")
    problems = LLAMA_CPP

    def refuses(self, body: Mapping[str, Any]) -> bool:
        """Mistral's thinking chunks are not understood."""
        parts = [part for message in body["messages"] if isinstance(message["content"], list) for part in message["content"]]
        return any(part["type"] == "thinking" for part in parts)

    def usage(self, work: Work) -> dict[str, Any]:
        """Cached tokens are part of the prompt tokens, and caching is on."""
        return super().usage(work) | {"prompt_tokens_details": {"cached_tokens": work.prompt_tokens // 2}}

    def models(self) -> dict[str, Any]:
        """The context is that of the training, not of a slot."""
        row = {"id": self.model, "object": "model", "meta": {"n_ctx_train": 131_072}}
        return {"models": [{"name": self.model}], "object": "list", "data": [row]}


class Ollama(Dialect):
    """Ollama: cuts what does not fit its context, and says nothing."""

    name = "ollama"
    model = "magistral:24b"
    cuts_prompts = True
    forms = ("none", "reasoning", "thinking", "think", "unopened")
    problems = OLLAMA


class OpenRouter(Dialect):
    """OpenRouter: a gateway with keys and credit."""

    name = "openrouter"
    model = "mistralai/mistral-medium-3-5"
    context_tokens = 262_144
    forms = ("none", "reasoning", "details")
    problems = OPENROUTER

    def models(self) -> dict[str, Any]:
        """With context; many models."""
        others = [{"id": f"vendor/model-{number}", "context_length": 8_192} for number in range(40)]
        return {"data": [*others, {"id": self.model, "context_length": self.context_tokens}]}


class Puter(Dialect):
    """Puter's driver endpoint."""

    name = provider = "puter"
    model = "mistralai/magistral-medium-2509"
    list_needs_key = False
    chat_path = "/drivers/call"
    list_path = "/puterai/chat/models/details"
    forms = ("none", "chunks", "token")
    problems = PUTER

    def asked(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """The arguments of the driver."""
        arguments: Mapping[str, Any] = body["args"]
        return arguments

    def refuses(self, body: Mapping[str, Any]) -> bool:
        """A test must notice what Puter drops in silence."""
        return bool(self.asked(body).keys() - {"messages", "model", "max_tokens", "temperature", "provider", "stream", "tools"})

    def completion(self, work: Work) -> dict[str, Any]:
        """A driver's result; the model that answered is named beside it."""
        result = {"index": 0, "finishReason": work.finish, "message": self.message(work), "via_ai_chat_service": True}
        result |= {"usage": self.usage(work)} if work.with_usage else {}
        about = {"service_used": "mistral", "providerUsed": work.model.removeprefix("mistralai/")}
        return {"success": True, "result": result, "service": {"name": "ai-chat"}, "metadata": about}

    def usage(self, work: Work) -> dict[str, Any]:
        """Flat, and with what was billed."""
        cents = work.prompt_tokens * 0.0002 + work.completion_tokens * 0.0005
        return {**super().usage(work), "cached_tokens": 0, "usd_cents": cents}

    def models(self) -> dict[str, Any]:
        """Rows under the maker's id, with aliases."""
        row = {"id": "magistral-medium-2509", "puterId": f"mistralai:{self.model}", "aliases": ["magistral-medium-latest", self.model]}
        return {"models": [{"id": "gpt-x", "aliases": []}, row, {"id": "mistral-medium-3-5"}]}


DIALECTS: tuple[Dialect, ...] = (Mistral(), Vllm(), LlamaCpp(), Ollama(), OpenRouter(), Puter())
