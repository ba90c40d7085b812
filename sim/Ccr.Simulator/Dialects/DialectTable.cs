namespace Ccr.Simulator.Dialects;

/// <summary>The protocols that the simulator speaks. A path belongs to the first that owns it.</summary>
internal static class DialectTable
{
    private static readonly AnthropicDialect Anthropic = new();
    private static readonly ResponsesDialect Responses = new();
    private static readonly GeminiDialect Gemini = new();

    public static IReadOnlyList<IDialect> All { get; } =
    [
        new AnthropicCountTokensDialect(Anthropic), Anthropic,
        new OpenAiChatDialect(),
        new ResponsesInputTokensDialect(Responses), Responses,
        new GeminiCountTokensDialect(Gemini), Gemini,
    ];

    /// <summary>The dialect of a path; null when no protocol has such a path.</summary>
    public static IDialect? Find(string path)
    {
        foreach (var dialect in All)
        {
            if (dialect.Owns(path))
            {
                return dialect;
            }
        }

        return null;
    }
}
