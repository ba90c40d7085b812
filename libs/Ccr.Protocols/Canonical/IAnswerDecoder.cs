namespace Ccr.Protocols.Canonical;

/// <summary>Decodes a provider's answer, streamed or whole, into calls on a sink. Never throws on what the provider sends: the sink gets an Error instead.</summary>
public interface IAnswerDecoder : IDisposable
{
    /// <summary>True after the sink got End or Error.</summary>
    bool IsFinished { get; }

    /// <summary>Decodes the next piece of a stream, cut anywhere.</summary>
    void Feed(ReadOnlySpan<byte> piece);

    /// <summary>The stream ended. Without its protocol's last event that is a cut, and an Error.</summary>
    void Complete();

    /// <summary>Decodes a whole answer that is one JSON document, and ends the message.</summary>
    void DecodeWhole(ReadOnlySpan<byte> json);
}
