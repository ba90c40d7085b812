namespace Ccr.Protocols.Errors;

/// <summary>
/// Decides what a failure is. What a provider says of itself counts before its HTTP status: accounts without money answer 400, 401, 403 or 429, refused
/// content 400 or 403, full servers 429, 498, 500 or 503, and an error inside a stream has no status at all.
/// </summary>
internal static class ErrorClassifier
{
    /// <summary>The kind of a failure with that status; 0 when it came inside an answer.</summary>
    public static ErrorKind Classify(int status, in ErrorFacts facts)
    {
        var message = facts.Message ?? "";
        if (facts.MiniMax != 0)
        {
            return OfMiniMax(facts.MiniMax, message);
        }

        if (IsContextTooLong(facts.Code, facts.Type, message))
        {
            return ErrorKind.ContextTooLong;
        }

        if (IsQuota(facts, status, message))
        {
            return ErrorKind.Quota;
        }

        if (facts.IsModerated || IsContentPolicy(facts.Code, facts.Type, message))
        {
            return ErrorKind.ContentPolicy;
        }

        return OfWord(facts.Code, status) ?? OfWord(facts.Type, status) ?? OfWord(facts.Reason, status) ?? OfText(status, message) ?? OfStatus(status, facts.Type);
    }

    private static ErrorKind? OfWord(string? word, int status) => word switch
    {
        "rate_limit_error" or "rate_limit_exceeded" or "rate_limited" or "rate_limit_reached_error" or "RESOURCE_EXHAUSTED" or "ThrottlingException" or "Throttling"
            or "Throttling.RateQuota" or "TooManyRequestsException" or "1302" or "1303" => ErrorKind.RateLimited,
        "overloaded_error" or "overloaded" or "server_is_overloaded" or "engine_overloaded_error" or "engine_overloaded" or "UNAVAILABLE" or "capacity_exceeded"
            or "service_unavailable" or "service_unavailable_error" or "ServiceUnavailableException" or "ModelNotReadyException" or "slow_down"
            or "service_tier_capacity_exceeded" or "1305" or "1312" => ErrorKind.Overloaded,
        "authentication_error" or "invalid_authentication_error" or "incorrect_api_key_error" or "invalid_api_key" or "UNAUTHENTICATED" or "API_KEY_INVALID"
            or "UnrecognizedClientException" or "ExpiredTokenException" or "InvalidSignatureException" => ErrorKind.Authentication,
        "permission_error" or "permission_denied_error" or "PERMISSION_DENIED" or "AccessDeniedException" => ErrorKind.Permission,
        "not_found_error" or "NOT_FOUND" or "model_not_found" or "resource_not_found_error" or "ResourceNotFoundException" or "DeploymentNotFound" or "invalid_model"
            or "model_not_available" or "model_not_supported" => ErrorKind.NotFound,
        "request_too_large" => ErrorKind.TooLarge,
        "timeout_error" or "DEADLINE_EXCEEDED" or "ModelTimeoutException" => ErrorKind.Timeout,
        "invalid_prompt" or "ValidationException" or "INVALID_ARGUMENT" when status is 0 => ErrorKind.InvalidRequest,
        "InternalServerException" or "ModelErrorException" or "ModelStreamErrorException" => ErrorKind.Server,
        // A generic word under a status that says more.
        "api_error" or "server_error" or "INTERNAL" when status is 0 or 200 or (>= 500 and not (503 or 504 or 529)) => ErrorKind.Server,
        // GLM numbers its account errors 1000 to 1120; its clients get a key wrong, or no money is left.
        "1000" or "1001" or "1002" or "1003" or "1004" => ErrorKind.Authentication,
        "1211" or "1212" => ErrorKind.NotFound,
        _ => null,
    };

    /// <summary>What only the words say, where code and type are silent or generic.</summary>
    private static ErrorKind? OfText(int status, string message)
    {
        if (status is 0 or 200 or 403 or 500 && (Contains(message, "rate limit") || Contains(message, "rate_limit") || Contains(message, "too many requests")))
        {
            return ErrorKind.RateLimited;
        }

        if (status is 0 or 200 or 429 or 500 && (Contains(message, "overloaded") || Contains(message, "at capacity") || Contains(message, "over capacity")))
        {
            return ErrorKind.Overloaded;
        }

        if (status == 400 && (Contains(message, "API key not valid") || Contains(message, "API key expired") || Contains(message, "incorrect API key")))
        {
            return ErrorKind.Authentication;
        }

        if (status == 400 && Contains(message, "User location is not supported"))
        {
            return ErrorKind.Permission;
        }

        return status is 0 or 400 && (Contains(message, "Model Not Exist") || Contains(message, "is not a valid model ID") || Contains(message, "Invalid model:") || Contains(message, "Invalid model name"))
            ? ErrorKind.NotFound
            : null;
    }

    private static ErrorKind OfStatus(int status, string? type) => status switch
    {
        401 => ErrorKind.Authentication,
        402 => ErrorKind.Quota,
        403 => ErrorKind.Permission,
        404 => ErrorKind.NotFound,
        // Cloudflare: 522 and 524 are its time limits toward the origin, the other numbers are broken connections to it.
        408 or 504 or 522 or 524 => ErrorKind.Timeout,
        521 or 523 or 525 or 526 => ErrorKind.Transport,
        413 => ErrorKind.TooLarge,
        429 => ErrorKind.RateLimited,
        498 or 503 or 529 => ErrorKind.Overloaded,
        >= 500 => ErrorKind.Server,
        >= 400 => ErrorKind.InvalidRequest,
        _ => type is "invalid_request_error" or "BadRequestError" ? ErrorKind.InvalidRequest : ErrorKind.Server,
    };

    /// <summary>MiniMax's numbers, which come inside an answer with status 200.</summary>
    private static ErrorKind OfMiniMax(int number, string message) => number switch
    {
        1002 or 1039 or 1041 => ErrorKind.RateLimited,
        1001 => ErrorKind.Timeout,
        1004 or 2049 => ErrorKind.Authentication,
        1008 or 2056 => ErrorKind.Quota,
        1026 or 1027 => ErrorKind.ContentPolicy,
        2013 when Contains(message, "context window exceeds limit") => ErrorKind.ContextTooLong,
        2013 => ErrorKind.InvalidRequest,
        _ => ErrorKind.Server,
    };

    private static bool IsQuota(in ErrorFacts facts, int status, string message)
    {
        if (IsQuotaWord(facts.Code) || IsQuotaWord(facts.Type))
        {
            return true;
        }

        // Gemini says "You exceeded your current quota" for a minute's limit too; its details say which.
        if (facts.IsLongQuota)
        {
            return true;
        }

        return status is not (>= 500 or 404) && (Contains(message, "credit balance is too low") || Contains(message, "insufficient balance") || Contains(message, "insufficient credits")
            || Contains(message, "requires more credits") || Contains(message, "doesn't have any credits") || Contains(message, "exhausted your available credits")
            || Contains(message, "used all available credits") || Contains(message, "reached your specified API usage limits") || Contains(message, "reached its monthly spending limit")
            || Contains(message, "billing is not enabled") || Contains(message, "billing to be enabled") || Contains(message, "requires billing"));
    }

    private static bool IsQuotaWord(string? word) => word is "insufficient_quota" or "insufficient_user_quota" or "insufficient_balance" or "billing_hard_limit_reached" or "billing_not_active"
        or "billing_error" or "exceeded_current_quota_error" or "ServiceQuotaExceededException" or "Arrearage" or "enforced_spend_limit_reached" or "contract_spend_limit_reached"
        or "usage_limit_reached" or "1113" or "1304" or "1308" or "1309";

    private static bool IsContentPolicy(string? code, string? type, string message) =>
        code is "content_filter" or "content_policy_violation" or "moderation_blocked" or "data_inspection_failed" or "DataInspectionFailed" or "1301" || type is "content_filter" or "content_filter_error"
        || Contains(message, "content filtering policy") || Contains(message, "Content Exists Risk") || Contains(message, "considered high risk") || Contains(message, "violates usage guidelines")
        || Contains(message, "violating our usage policy") || Contains(message, "triggering Azure OpenAI's content management policy");

    private static bool IsContextTooLong(string? code, string? type, string message) =>
        code is "context_length_exceeded" or "exceed_context_size_error" or "model_max_prompt_tokens_exceeded" or "too_many_prompt_tokens" or "1261" || type is "exceed_context_size_error"
        || Contains(message, "maximum context length") || Contains(message, "maximum prompt length") || Contains(message, "exceeds the context window") || Contains(message, "context window exceeds limit")
        || Contains(message, "context_length_exceeded") || Contains(message, "exceeds the maximum number of tokens") || Contains(message, "prompt is too long") || Contains(message, "prompt too long")
        || Contains(message, "exceeds the available context size") || Contains(message, "exceeds the context length") || Contains(message, "exceeded model token limit")
        || Contains(message, "Input is too long for requested model") || Contains(message, "Range of input length should be") || Contains(message, "is greater than the context length")
        || Contains(message, "Prompt exceeds max length")
        || (Contains(message, "prompt token count") && Contains(message, "exceeds the limit"))
        || (Contains(message, "inputs` tokens + `max_new_tokens` must be"));

    private static bool Contains(string text, string part) => text.Contains(part, StringComparison.OrdinalIgnoreCase);
}
