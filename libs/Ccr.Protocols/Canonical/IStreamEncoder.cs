namespace Ccr.Protocols.Canonical;

/// <summary>Writes a canonical message as a client's event stream.</summary>
public interface IStreamEncoder : IMessageSink
{
    /// <summary>Writes what keeps this dialect's clients waiting without meaning anything. May be called before Start.</summary>
    void KeepAlive();

    /// <summary>
    /// Goes on after a stream of the provider's own bytes in this dialect, of which this encoder was told everything without writing it: takes over the names and numbers
    /// that the client knows, so that it sees one message.
    /// </summary>
    /// <param name="answerId">The provider's id of the answer.</param>
    /// <param name="lastFrame">The last event that the client got, as it was sent.</param>
    /// <param name="items">The finished items of a Responses answer, as they were sent; empty elsewhere.</param>
    void Resume(ReadOnlySpan<byte> answerId, ReadOnlySpan<byte> lastFrame, IReadOnlyList<byte[]> items);
}
