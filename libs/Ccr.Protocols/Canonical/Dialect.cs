namespace Ccr.Protocols.Canonical;

/// <summary>The wire protocols, each spoken by clients and by providers.</summary>
public enum Dialect
{
    /// <summary>Anthropic Messages.</summary>
    Anthropic,

    /// <summary>OpenAI Chat Completions.</summary>
    OpenAIChat,

    /// <summary>OpenAI Responses.</summary>
    OpenAIResponses,

    /// <summary>Gemini generateContent.</summary>
    Gemini,
}
