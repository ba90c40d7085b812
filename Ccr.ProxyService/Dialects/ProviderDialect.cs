using System.Buffers;
using System.Net.Http.Headers;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Requests;
using Ccr.ProxyService.Configuration;

namespace Ccr.ProxyService.Dialects;

/// <summary>How a provider of one dialect is addressed, asked and understood. One instance each, without state.</summary>
internal abstract class ProviderDialect
{
    /// <summary>The address of a call.</summary>
    public virtual Uri Address(ProviderConfig provider, string model, bool stream) => provider.BaseUrl;

    /// <summary>Adds a key of the provider's.</summary>
    public virtual void Authorize(HttpRequestMessage request, ProviderConfig provider, ProviderKey key)
    {
        if (key.Secret is { } secret)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", secret);
        }
    }

    /// <summary>The body of a call.</summary>
    /// <exception cref="RequestFormatException">The request holds something that nothing in this dialect could stand for.</exception>
    public abstract void Encode(CanonicalRequest request, TargetOptions target, IBufferWriter<byte> output, LossReport loss);

    /// <summary>What understands the answer; the request is null for an answer that is only watched.</summary>
    public abstract IAnswerDecoder Decoder(IMessageSink sink, string provider, string model, CanonicalRequest? request);

    /// <summary>The instance for a dialect.</summary>
    public static ProviderDialect Of(Dialect dialect) => dialect switch
    {
        Dialect.Anthropic => AnthropicProvider.Instance,
        Dialect.OpenAIChat => ChatProvider.Instance,
        Dialect.OpenAIResponses => ResponsesProvider.Instance,
        _ => GeminiProvider.Instance,
    };
}
