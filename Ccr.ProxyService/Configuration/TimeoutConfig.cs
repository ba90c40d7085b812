namespace Ccr.ProxyService.Configuration;

/// <summary>How long each stage of a call to a provider may last (Timeouts, and a provider's timeouts). Null takes the next wider setting, at last the default.</summary>
internal sealed record TimeoutConfig
{
    /// <summary>Until the connection stands. Default 10 s.</summary>
    public TimeSpan? Connect { get; init; }

    /// <summary>From sending a stream's request to the response headers. Default 120 s; a request for a whole answer has API_TIMEOUT_MS.</summary>
    public TimeSpan? ResponseHeaders { get; init; }

    /// <summary>From the response headers to the first byte of a stream. Default 120 s.</summary>
    public TimeSpan? FirstEvent { get; init; }

    /// <summary>From sending a stream's request to the first content, reasoning included. Default 300 s.</summary>
    public TimeSpan? FirstContent { get; init; }

    /// <summary>Between two reads of a stream; any byte re-arms it. Default 120 s.</summary>
    public TimeSpan? Idle { get; init; }

    /// <summary>From sending to the end of the answer. Default none.</summary>
    public TimeSpan? Total { get; init; }

    /// <summary>These, and where they say nothing the others.</summary>
    public TimeoutConfig Over(TimeoutConfig wider) => new()
    {
        Connect = Connect ?? wider.Connect,
        ResponseHeaders = ResponseHeaders ?? wider.ResponseHeaders,
        FirstEvent = FirstEvent ?? wider.FirstEvent,
        FirstContent = FirstContent ?? wider.FirstContent,
        Idle = Idle ?? wider.Idle,
        Total = Total ?? wider.Total,
    };
}
