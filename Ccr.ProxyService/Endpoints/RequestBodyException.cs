namespace Ccr.ProxyService.Endpoints;

/// <summary>A body that cannot be taken in: too large, or encoded in a way that is not understood.</summary>
internal sealed class RequestBodyException(int status, string type, string message) : Exception(message)
{
    /// <summary>The HTTP status to answer with.</summary>
    public int Status { get; } = status;

    /// <summary>Anthropic's word for the error.</summary>
    public string Type { get; } = type;
}
