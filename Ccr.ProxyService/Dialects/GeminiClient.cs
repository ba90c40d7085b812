using System.Buffers;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Errors;
using Ccr.Protocols.Gemini;
using Ccr.Protocols.Requests;
using Ccr.ProxyService.Dispatch;

namespace Ccr.ProxyService.Dialects;

/// <summary>Clients of Gemini generateContent. A stream without alt=sse is one JSON array.</summary>
internal sealed class GeminiClient : ClientDialect
{
    /// <inheritdoc/>
    public override Dialect Dialect => Dialect.Gemini;

    /// <inheritdoc/>
    public override string IdPrefix => "";

    /// <inheritdoc/>
    public override string StreamContentType(ProxyCall call) => WantsArray(call) ? "application/json; charset=utf-8" : base.StreamContentType(call);

    /// <inheritdoc/>
    public override CanonicalRequest Decode(ReadOnlyMemory<byte> body, ProxyCall call) => GeminiRequestDecoder.Decode(body, call.RequestedModel, call.Stream);

    /// <inheritdoc/>
    public override IStreamEncoder StreamEncoder(IBufferWriter<byte> output, ProxyCall call, CanonicalRequest request, string model) =>
        new GeminiStreamEncoder(output, AnswerId(call), model, WantsArray(call));

    /// <inheritdoc/>
    public override IMessageSink MessageEncoder(IBufferWriter<byte> output, ProxyCall call, CanonicalRequest request, string model) =>
        new GeminiResponseEncoder(output, AnswerId(call), model);

    /// <inheritdoc/>
    public override int Status(ProviderError error) => GeminiErrors.Status(error);

    /// <inheritdoc/>
    public override void WriteError(IBufferWriter<byte> output, ProviderError error, string requestId) => GeminiErrors.WriteBody(output, error);

    /// <inheritdoc/>
    public override void WriteOwnError(IBufferWriter<byte> output, int status, string type, string message, string? field, string requestId, string? code) =>
        GeminiErrors.Write(output, status, message);

    /// <inheritdoc/>
    public override void WriteStreamError(IBufferWriter<byte> output, ProviderError error, ProxyCall call, string answerId, ReadOnlySpan<byte> lastFrame)
    {
        output.Write("data: "u8);
        GeminiErrors.WriteBody(output, error);
        output.Write("\n\n"u8);
    }

    /// <summary>Nothing: Google's library stops at whatever is no data line.</summary>
    public override void WriteWaiting(IBufferWriter<byte> output)
    {
    }

    /// <summary>Whether the client did not ask for server-sent events.</summary>
    public static bool WantsArray(ProxyCall call) => call.Stream && !call.Http.Request.Query["alt"].ToString().Equals("sse", StringComparison.OrdinalIgnoreCase);
}
