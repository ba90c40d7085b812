using Ccr.Protocols.Requests;
using Ccr.ProxyService.Dispatch;
using Ccr.ProxyService.Endpoints;
using Ccr.ProxyService.Tokens;

namespace Ccr.ProxyService.Routing;

/// <summary>What routing may look at, and what it finds out on the way.</summary>
/// <param name="Call">The request.</param>
internal sealed record RouteContext(ProxyCall Call)
{
    private string? _application;
    private string? _session;
    private bool _sawSession;

    /// <summary>The preset of the address (/preset/NAME/…); null when there is none.</summary>
    public string? Preset { get; init; }

    /// <summary>Looks into a body of the client's dialect; needed where routing changes the body.</summary>
    public required Func<ReadOnlyMemory<byte>, RequestPeek> Peek { get; init; }

    /// <summary>The rules looked at so far.</summary>
    public List<RouteStep> Steps { get; } = new(12);

    /// <summary>How tokens are counted: as the routes in force say, once routing knows which these are.</summary>
    public TargetTokenizer Tokenizer { get; set; } = TargetTokenizer.Unrouted;

    /// <summary>The count of input tokens, once a rule asked for it.</summary>
    public TokenCount? Tokens { get; set; }

    /// <summary>The client program.</summary>
    public string Application => _application ??= ClientApplications.Of(Call.Http.Request.Headers);

    /// <summary>The client's session; null when it names none.</summary>
    public string? Session
    {
        get
        {
            if (!_sawSession)
            {
                _session = SessionIds.Of(Call);
                _sawSession = true;
            }

            return _session;
        }
    }

    /// <summary>Puts a changed body in the place of the client's.</summary>
    public void Replace(byte[] body) => Call.Replace(body, Peek(body));

    /// <summary>Notes a rule that was looked at.</summary>
    public void Add(RouteStep step) => Steps.Add(step);
}
