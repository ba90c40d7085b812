namespace Ccr.Protocols.Errors;

/// <summary>What a provider's error object says, before anyone judges it.</summary>
internal struct ErrorFacts
{
    /// <summary>The words; null when there are none.</summary>
    public string? Message;

    /// <summary>The word in "type", "status" or "__type".</summary>
    public string? Type;

    /// <summary>The code, as spelt; numbers too, unless they are an HTTP status.</summary>
    public string? Code;

    /// <summary>The field at fault.</summary>
    public string? Param;

    /// <summary>An HTTP status inside the body; 0 when there is none.</summary>
    public int Status;

    /// <summary>The wait asked for in a field of the body.</summary>
    public TimeSpan? RetryAfter;

    /// <summary>MiniMax's own number (base_resp.status_code); 0 when there is none or it says success.</summary>
    public int MiniMax;

    /// <summary>A limit per day or month was met (Gemini's quotaId): waiting a minute does not help.</summary>
    public bool IsLongQuota;

    /// <summary>Gemini's "reason" of an ErrorInfo (API_KEY_INVALID …).</summary>
    public string? Reason;

    /// <summary>A moderation named its reasons (OpenRouter's metadata.reasons, Azure's innererror).</summary>
    public bool IsModerated;
}
