"""Every error of Nightclerk, grouped by what the caller should do.

NightclerkError
+-- StopRun                 nothing more can be done in this run; one clear line and an exit code
|   +-- BadUsage            the person asked for something impossible (exit 2)
|   |   +-- SettingsError, UnknownProfile, ProfileError, SourceNotFound, SourceNotAllowed, MissingKey
|   +-- OverBudget          the next call does not fit under a cap (exit 4)
|   +-- StoreError          the database cannot be used
|   +-- ProviderStop        the provider says stop
|       +-- Unauthorised, OutOfCredit, ModelGone, PriceUnknown
+-- SkipDocument            this file ends as a row with a status and a reason; the run goes on
+-- BadAnswer               a reply holds no findings that can be read; ask again or leave a gap
+-- CallError               one attempt failed
    +-- RetryCall           try the same request again
    |   +-- Refused, ServerFailed, ConnectFailed, CallTimeout, CutOff, WrongModel
    +-- GiveUpCall          the same request would fail again
    |   +-- ContextTooLong, Unprocessable, ContentRefused
    +-- Missing             the provider knows nothing of that batch job or file
"""

from __future__ import annotations


class NightclerkError(Exception):
    """Something went wrong in Nightclerk."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or " ".join((type(self).__doc__ or "").split()))


class StopRun(NightclerkError):
    """The run cannot go on."""

    exit_code = 1


class BadUsage(StopRun):
    """What was asked for is not possible."""

    exit_code = 2


class SettingsError(BadUsage):
    """A setting has a value that it cannot have."""


class UnknownProfile(BadUsage):
    """There is no profile of that name."""


class ProfileError(BadUsage):
    """A profile is not well formed."""


class SourceNotFound(BadUsage):
    """There is no file or folder at that path."""


class SourceNotAllowed(BadUsage):
    """The path lies outside the allowed source roots."""


class MissingKey(BadUsage):
    """The provider needs an API key and none is set."""


class OverBudget(StopRun):
    """The next call does not fit under the budget."""

    exit_code = 4


class StoreError(StopRun):
    """The database cannot be used."""


class ProviderStop(StopRun):
    """The provider refuses everything we could send."""


class Unauthorised(ProviderStop):
    """The provider does not accept the API key."""


class OutOfCredit(ProviderStop):
    """The provider's credit or spend limit is used up."""


class ModelGone(ProviderStop):
    """The provider does not serve this model (any more)."""


class PriceUnknown(ProviderStop):
    """There is no price for this model on this day, and an unknown price is never zero."""


class SkipDocument(NightclerkError):
    """This document cannot be read.

    Args:
        status: the `documents.status` to file it under, e.g. `encrypted`.
        reason: one sentence for a person: what happened and what to do.
    """

    def __init__(self, status: str, reason: str) -> None:
        super().__init__(f"{status}: {reason}")
        self.status = status
        self.reason = reason

    def __reduce__(self) -> tuple[type[SkipDocument], tuple[str, str]]:
        # raised in a child process and sent to the parent, so it must survive pickling
        return type(self), (self.status, self.reason)


class BadAnswer(NightclerkError):
    """The answer is not the JSON that was asked for."""


class CallError(NightclerkError):
    """One attempt at a call failed.

    Args:
        message: what the provider or the network said, without key and document text.
        http_status: the status of the answer, if there was one.
        code: the provider's own error code, as a string.
        billable: whether the provider may have charged for the attempt (the request reached it and was worked on).
        provider_request_id: the id to quote to the provider's support.
        raw_body: what arrived of a billable answer that could not be read.
    """

    def __init__(
        self,
        message: str | None = None,
        *,
        http_status: int | None = None,
        code: str | None = None,
        billable: bool = False,
        provider_request_id: str | None = None,
        raw_body: str = "",
    ) -> None:
        super().__init__(message)
        self.http_status = http_status
        self.code = code
        self.billable = billable
        self.provider_request_id = provider_request_id
        self.raw_body = raw_body


class RetryCall(CallError):
    """The same request may work a moment later.

    Args:
        retry_after_s: how long the provider asked to wait, if it said so.
    """

    def __init__(
        self,
        message: str | None = None,
        *,
        retry_after_s: float | None = None,
        http_status: int | None = None,
        code: str | None = None,
        billable: bool = False,
        provider_request_id: str | None = None,
        raw_body: str = "",
    ) -> None:
        super().__init__(
            message, http_status=http_status, code=code, billable=billable, provider_request_id=provider_request_id, raw_body=raw_body
        )
        self.retry_after_s = retry_after_s


class Refused(RetryCall):
    """The provider refused the call for its rate or capacity; it costs nothing, and its wait is everybody's."""


class ServerFailed(RetryCall):
    """The provider failed on its side (5xx)."""


class ConnectFailed(RetryCall):
    """No connection to the provider; nothing was sent."""


class CallTimeout(RetryCall):
    """The provider did not answer in time; it may have billed the work."""


class CutOff(RetryCall):
    """The answer broke off in the middle, so its usage is not known."""


class WrongModel(RetryCall):
    """Another model answered than the one that was asked, so the answer is billed and of no use."""


class GiveUpCall(CallError):
    """The same request would fail again."""


class ContextTooLong(GiveUpCall):
    """The request does not fit into the model's context."""


class Unprocessable(GiveUpCall):
    """The provider does not understand the request."""


class ContentRefused(GiveUpCall):
    """The provider refuses to work on this text."""


class Missing(CallError):
    """The provider knows nothing of this batch job or file, or not any more."""
