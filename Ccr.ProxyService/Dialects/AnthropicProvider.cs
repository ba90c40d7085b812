using System.Buffers;
using Ccr.Protocols.Anthropic;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Requests;
using Ccr.ProxyService.Configuration;

namespace Ccr.ProxyService.Dialects;

/// <summary>Providers of Anthropic Messages, on Vertex AI too.</summary>
internal sealed class AnthropicProvider : ProviderDialect
{
    /// <summary>The one there is.</summary>
    public static readonly AnthropicProvider Instance = new();

    /// <inheritdoc/>
    public override Uri Address(ProviderConfig provider, string model, bool stream) =>
        provider.IsVertex ? ModelAddress.Of(provider.BaseUrl, model, stream ? "streamRawPredict" : "rawPredict", null) : provider.BaseUrl;

    /// <inheritdoc/>
    public override void Authorize(HttpRequestMessage request, ProviderConfig provider, ProviderKey key)
    {
        if (!request.Headers.Contains("anthropic-version") && !provider.IsVertex)
        {
            request.Headers.TryAddWithoutValidation("anthropic-version", provider.AnthropicVersion);
        }

        // Exactly one of the two: with both, servers disagree on which counts.
        if (provider.UseBearer)
        {
            base.Authorize(request, provider, key);
        }
        else if (key.Secret is { } secret)
        {
            request.Headers.TryAddWithoutValidation("x-api-key", secret);
        }
    }

    /// <inheritdoc/>
    public override void Encode(CanonicalRequest request, TargetOptions target, IBufferWriter<byte> output, LossReport loss) => AnthropicRequestEncoder.Encode(request, target, output, loss);

    /// <inheritdoc/>
    public override IAnswerDecoder Decoder(IMessageSink sink, string provider, string model, CanonicalRequest? request) => new AnthropicStreamDecoder(sink, provider, model);
}
