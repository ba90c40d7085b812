namespace Ccr.Protocols.Requests;

/// <summary>A request body that cannot be understood, with the place of the fault.</summary>
public sealed class RequestFormatException(string path, string message) : Exception(message)
{
    /// <summary>The field, such as <c>messages[2].content[0].type</c>; empty for the body as a whole.</summary>
    public string Path { get; } = path;

    /// <summary>The stable word that clients act upon, where the dialect has one; null otherwise.</summary>
    public string? Code { get; init; }
}
