namespace Ccr.ProxyService.Configuration;

/// <summary>The body that a counting service gets.</summary>
internal enum TokenizerApiFormat
{
    /// <summary>The client's own body with the target's model ("standard" and "custom").</summary>
    AsItIs,

    /// <summary>As Chat Completions: model, messages, tools.</summary>
    OpenAI,

    /// <summary>As Anthropic's count_tokens: model, messages, system, tools and what goes with them.</summary>
    Anthropic,
}
