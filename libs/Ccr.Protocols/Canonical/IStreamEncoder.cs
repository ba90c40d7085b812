namespace Ccr.Protocols.Canonical;

/// <summary>Writes a canonical message as a client's event stream.</summary>
public interface IStreamEncoder : IMessageSink
{
    /// <summary>Writes what keeps this dialect's clients waiting without meaning anything. May be called before Start.</summary>
    void KeepAlive();
}
