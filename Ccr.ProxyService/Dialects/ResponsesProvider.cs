using System.Buffers;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.OpenAIResponses;
using Ccr.Protocols.Requests;

namespace Ccr.ProxyService.Dialects;

/// <summary>Providers of OpenAI Responses.</summary>
internal sealed class ResponsesProvider : ProviderDialect
{
    /// <summary>The one there is.</summary>
    public static readonly ResponsesProvider Instance = new();

    /// <inheritdoc/>
    public override void Encode(CanonicalRequest request, TargetOptions target, IBufferWriter<byte> output, LossReport loss) => ResponsesRequestEncoder.Encode(request, target, output, loss);

    /// <inheritdoc/>
    public override IAnswerDecoder Decoder(IMessageSink sink, string provider, string model, CanonicalRequest? request) =>
        new ResponsesStreamDecoder(sink, provider, model, request?.Tools.Exists(static t => t is { Kind: ToolKind.ClientTyped, Dialect: Dialect.OpenAIResponses }) == true);
}
