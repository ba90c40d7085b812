namespace Ccr.ProxyService.Tokens;

/// <summary>How a token count was got.</summary>
internal enum TokenCountSource
{
    /// <summary>Not counted: the size in bytes decided (a token is never shorter than a byte).</summary>
    Size,

    /// <summary>Exact, from the tokenizer service.</summary>
    Service,

    /// <summary>Exact, from the encoder in this process.</summary>
    Local,

    /// <summary>Estimated from the size, because the tokenizer service did not answer in time.</summary>
    Estimate,
}
