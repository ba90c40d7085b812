namespace Ccr.ProxyService.Usage;

/// <summary>Which requests are asked for. Null is "any"; words are compared without regard to case.</summary>
internal sealed record RequestQuery
{
    /// <summary>Requests on a page when nothing else is said.</summary>
    public const int DefaultLimit = 100;

    /// <summary>The length of a page.</summary>
    public int Limit { get; init; } = DefaultLimit;

    /// <summary>Where the page before ended, or the id of a request; null begins with the newest.</summary>
    public string? Before { get; init; }

    /// <summary>True: complete answers; false: failures (a client that left is neither).</summary>
    public bool? IsOk { get; init; }

    /// <summary>The status that the client got.</summary>
    public int? Status { get; init; }

    /// <summary>A provider that was asked, whether or not it gave the answer.</summary>
    public string? Provider { get; init; }

    /// <summary>A model that was asked, or asked for.</summary>
    public string? Model { get; init; }

    /// <summary>The routing scenario.</summary>
    public string? Scenario { get; init; }

    /// <summary>The client program.</summary>
    public string? Application { get; init; }

    /// <summary>The client's protocol.</summary>
    public string? Dialect { get; init; }

    /// <summary>The session.</summary>
    public string? Session { get; init; }

    /// <summary>Who within the session asked.</summary>
    public string? Agent { get; init; }

    /// <summary>The id of the key.</summary>
    public string? Key { get; init; }

    /// <summary>The word for what failed, in the end or in one of the tries.</summary>
    public string? Failure { get; init; }

    /// <summary>Not begun before.</summary>
    public DateTime? Since { get; init; }

    /// <summary>Begun before.</summary>
    public DateTime? Until { get; init; }

    /// <summary>Whether the client asked for a stream.</summary>
    public bool? Streaming { get; init; }

    /// <summary>Took at least so long.</summary>
    public double? LeastMilliseconds { get; init; }

    /// <summary>Occurs in the id or in the name of a model.</summary>
    public string? Text { get; init; }

    /// <summary>Whether a request is one of those.</summary>
    public bool Fits(RequestReport request) =>
        (IsOk is null || (IsOk.Value ? request.IsOk : request.IsFailed))
        && (Status is null || request.Status == Status)
        && (Streaming is null || request.Streaming == Streaming)
        && (Since is null || request.StartedAt >= Since)
        && (Until is null || request.StartedAt < Until)
        && (LeastMilliseconds is null || request.DurationMs >= LeastMilliseconds)
        && Is(Scenario, request.Scenario)
        && Is(Application, request.ClientApplication)
        && Is(Dialect, request.ClientDialect)
        && Is(Session, request.Session)
        && Is(Agent, request.Agent)
        && Is(Key, request.Key)
        && (Is(Provider, request.Provider) || Tried(request, Provider, static a => a.Provider))
        && (Is(Model, request.RequestedModel) || Is(Model, request.Model) || Tried(request, Model, static a => a.Model))
        && (Is(Failure, request.Failure) || Tried(request, Failure, static a => a.Failure))
        && (Text is null || Has(request.Id) || Has(request.RequestedModel) || Has(request.Model) || request.Attempts?.Any(a => Has(a.Model)) == true);

    private static bool Is(string? wanted, string? value) => wanted is null || wanted.Equals(value, StringComparison.OrdinalIgnoreCase);

    // An entry of an older replica may lack its tries.
    private static bool Tried(RequestReport request, string? wanted, Func<AttemptReport, string?> part) => request.Attempts?.Any(a => Is(wanted, part(a))) == true;

    private bool Has(string? value) => value?.Contains(Text!, StringComparison.OrdinalIgnoreCase) == true;
}
