namespace Ccr.ProxyService.Configuration;

/// <summary>The wire protocols of providers.</summary>
internal enum ProviderProtocol
{
    /// <summary>Anthropic Messages.</summary>
    Anthropic,

    /// <summary>OpenAI Chat Completions.</summary>
    OpenAIChat,
}
