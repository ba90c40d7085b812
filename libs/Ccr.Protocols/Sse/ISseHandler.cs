namespace Ccr.Protocols.Sse;

/// <summary>Takes the events of a server-sent event stream. Spans are valid only during the call.</summary>
public interface ISseHandler
{
    /// <summary>One event: its name (empty when the stream gave none) and its data, lines joined by a line feed.</summary>
    void OnEvent(ReadOnlySpan<byte> name, ReadOnlySpan<byte> data);
}
