using System.Buffers;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.OpenAIChat;
using Ccr.Protocols.Requests;

namespace Ccr.ProxyService.Dialects;

/// <summary>Providers of OpenAI Chat Completions.</summary>
internal sealed class ChatProvider : ProviderDialect
{
    /// <summary>The one there is.</summary>
    public static readonly ChatProvider Instance = new();

    /// <inheritdoc/>
    public override void Encode(CanonicalRequest request, TargetOptions target, IBufferWriter<byte> output, LossReport loss) => ChatRequestEncoder.Encode(request, target, output, loss);

    /// <inheritdoc/>
    public override IAnswerDecoder Decoder(IMessageSink sink, string provider, string model, CanonicalRequest? request) => new ChatStreamDecoder(sink, provider, model);
}
