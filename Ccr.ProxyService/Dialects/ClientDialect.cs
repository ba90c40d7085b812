using System.Buffers;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Errors;
using Ccr.Protocols.Requests;
using Ccr.ProxyService.Dispatch;

namespace Ccr.ProxyService.Dialects;

/// <summary>What a client's dialect makes of a request, an answer and a failure. One instance each, without state.</summary>
internal abstract class ClientDialect
{
    /// <summary>Which dialect.</summary>
    public abstract Dialect Dialect { get; }

    /// <summary>What ids of answers begin with.</summary>
    public abstract string IdPrefix { get; }

    /// <summary>The content type of a stream.</summary>
    public virtual string StreamContentType(ProxyCall call) => "text/event-stream; charset=utf-8";

    /// <summary>The request in canonical form.</summary>
    /// <exception cref="RequestFormatException">A field has the wrong type.</exception>
    public abstract CanonicalRequest Decode(ReadOnlyMemory<byte> body, ProxyCall call);

    /// <summary>The encoder of a stream that says it is of a model.</summary>
    public abstract IStreamEncoder StreamEncoder(IBufferWriter<byte> output, ProxyCall call, CanonicalRequest request, string model);

    /// <summary>The encoder of a whole answer that says it is of a model.</summary>
    public abstract IMessageSink MessageEncoder(IBufferWriter<byte> output, ProxyCall call, CanonicalRequest request, string model);

    /// <summary>The HTTP status for a failure of a provider.</summary>
    public abstract int Status(ProviderError error);

    /// <summary>Whether clients act rightly on the provider's own words for a failure; where not, we say it in words that they know.</summary>
    public virtual bool Understands(ProviderError error) => true;

    /// <summary>The body of an error answer for a failure of a provider.</summary>
    public abstract void WriteError(IBufferWriter<byte> output, ProviderError error, string requestId);

    /// <summary>The body of an error answer of the router's own.</summary>
    /// <param name="output">Where to write.</param>
    /// <param name="status">The HTTP status it goes with.</param>
    /// <param name="type">Anthropic's word for it.</param>
    /// <param name="message">What is wrong, and the remedy.</param>
    /// <param name="field">The field at fault; null when there is none.</param>
    /// <param name="requestId">Our id of the request.</param>
    /// <param name="code">The stable word that clients act upon; null for the usual one of the status.</param>
    public abstract void WriteOwnError(IBufferWriter<byte> output, int status, string type, string message, string? field, string requestId, string? code = null);

    /// <summary>What ends a stream of the provider's own bytes that was cut.</summary>
    /// <param name="output">Where to write.</param>
    /// <param name="error">The failure.</param>
    /// <param name="call">The call.</param>
    /// <param name="answerId">The provider's id of the answer; empty when it told none.</param>
    /// <param name="lastFrame">The last event that the client got; empty when there was none, or nobody kept it.</param>
    public abstract void WriteStreamError(IBufferWriter<byte> output, ProviderError error, ProxyCall call, string answerId, ReadOnlySpan<byte> lastFrame);

    /// <summary>What keeps a client waiting that has got no content yet, or is between two events. Comments: no dialect's library takes offence at them but Gemini's.</summary>
    public virtual void WriteWaiting(IBufferWriter<byte> output) => output.Write(": keep-alive\n\n"u8);

    /// <summary>Our id of the answer to a call.</summary>
    public string AnswerId(ProxyCall call) => string.Concat(IdPrefix, call.RequestId.AsSpan(4));
}
