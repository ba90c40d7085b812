namespace Ccr.Protocols.Canonical;

/// <summary>The names of one field. A null name means that the dialect cannot say it.</summary>
/// <param name="Field">The field.</param>
/// <param name="Anthropic">Its name in Anthropic Messages.</param>
/// <param name="Chat">Its name in OpenAI Chat Completions.</param>
/// <param name="Responses">Its name in OpenAI Responses.</param>
/// <param name="Gemini">Its name in Gemini generateContent.</param>
/// <param name="Otherwise">What becomes of it where the dialect cannot say it.</param>
public sealed record FieldRow(RequestField Field, string? Anthropic, string? Chat, string? Responses, string? Gemini, string Otherwise)
{
    /// <summary>The name in a dialect; null when it cannot say it.</summary>
    public string? In(Dialect dialect) => dialect switch
    {
        Dialect.Anthropic => Anthropic,
        Dialect.OpenAIChat => Chat,
        Dialect.OpenAIResponses => Responses,
        _ => Gemini,
    };
}
