namespace Ccr.Protocols.Canonical;

/// <summary>The stable words for the dialects, in metrics, records and status pages.</summary>
public static class DialectWords
{
    /// <summary>The word.</summary>
    public static string Of(Dialect dialect) => dialect switch
    {
        Dialect.Anthropic => "anthropic",
        Dialect.OpenAIChat => "openai-chat",
        Dialect.OpenAIResponses => "openai-responses",
        _ => "gemini",
    };
}
