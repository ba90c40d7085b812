using System.Buffers;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Gemini;
using Ccr.Protocols.Requests;
using Ccr.ProxyService.Configuration;

namespace Ccr.ProxyService.Dialects;

/// <summary>Providers of Gemini generateContent, on Vertex AI too.</summary>
internal sealed class GeminiProvider : ProviderDialect
{
    /// <summary>The one there is.</summary>
    public static readonly GeminiProvider Instance = new();

    /// <inheritdoc/>
    public override Uri Address(ProviderConfig provider, string model, bool stream) =>
        stream ? ModelAddress.Of(provider.BaseUrl, model, "streamGenerateContent", "alt=sse") : ModelAddress.Of(provider.BaseUrl, model, "generateContent", null);

    /// <inheritdoc/>
    public override void Authorize(HttpRequestMessage request, ProviderConfig provider, ProviderKey key)
    {
        if (provider.UseBearer)
        {
            base.Authorize(request, provider, key);
        }
        else if (key.Secret is { } secret)
        {
            request.Headers.TryAddWithoutValidation("x-goog-api-key", secret);
        }
    }

    /// <inheritdoc/>
    public override void Encode(CanonicalRequest request, TargetOptions target, IBufferWriter<byte> output, LossReport loss) => GeminiRequestEncoder.Encode(request, target, output, loss);

    /// <inheritdoc/>
    public override IAnswerDecoder Decoder(IMessageSink sink, string provider, string model, CanonicalRequest? request) => new GeminiStreamDecoder(sink, provider, model);
}
