namespace Ccr.Bench.Wire;

/// <summary>A protocol that clients speak to the proxy, and the proxy to its upstream.</summary>
internal enum WireDialect
{
    /// <summary>Anthropic Messages.</summary>
    Messages,

    /// <summary>OpenAI Chat Completions.</summary>
    Chat,

    /// <summary>OpenAI Responses.</summary>
    Responses,
}
