namespace Ccr.ProxyService.Routing;

/// <summary>A request that no configured target can take; the message names the remedy.</summary>
internal sealed class RoutingException(int status, string type, string message) : Exception(message)
{
    /// <summary>The HTTP status to answer with.</summary>
    public int Status { get; } = status;

    /// <summary>Anthropic's word for the error.</summary>
    public string Type { get; } = type;
}
