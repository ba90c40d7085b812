namespace Ccr.Simulator.Recording;

/// <summary>A request as it came in.</summary>
/// <param name="Number">1 for the first since the start or the last reset.</param>
/// <param name="Method">The HTTP method.</param>
/// <param name="Path">The path with its query.</param>
/// <param name="Model">The model that was asked for.</param>
/// <param name="Headers">All headers, names in lower case; secrets are replaced by a hash (<c>sha256:</c> and 12 hexadecimal digits).</param>
/// <param name="BodyBytes">The size of the body.</param>
/// <param name="At">When it came, since the start of the simulator.</param>
/// <param name="Body">The body; null when the log has let go of it to keep within its bounds.</param>
public sealed record RecordedRequest(long Number, string Method, string Path, string Model, IReadOnlyDictionary<string, string> Headers, int BodyBytes, TimeSpan At, ReadOnlyMemory<byte>? Body)
{
    /// <summary>The body as text; null as <see cref="Body"/> is.</summary>
    public string? BodyText => Body is { } bytes ? System.Text.Encoding.UTF8.GetString(bytes.Span) : null;
}
