namespace Ccr.ProxyService.Configuration;

/// <summary>A service that counts tokens over HTTP (tokenizer type "api"). A class, not a record: a generated ToString would print the key.</summary>
internal sealed class TokenizerApi
{
    /// <summary>Where it is asked, by POST.</summary>
    public required Uri Url { get; init; }

    /// <summary>Its key, sent as Authorization: Bearer; null sends none. Never logged.</summary>
    public string? ApiKey { get; init; }

    /// <summary>In which shape the request is told (requestFormat).</summary>
    public required TokenizerApiFormat Format { get; init; }

    /// <summary>The way to the number in the answer (responseField), such as usage, input_tokens; a number is an index.</summary>
    public required IReadOnlyList<string> ResponseField { get; init; }

    /// <summary>Headers added to the call; they win over ours.</summary>
    public required IReadOnlyDictionary<string, string> Headers { get; init; }
}
