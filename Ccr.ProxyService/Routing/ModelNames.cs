using System.Buffers;

namespace Ccr.ProxyService.Routing;

/// <summary>Facts about names of models.</summary>
internal static class ModelNames
{
    private static readonly SearchValues<char> InClaudeNames = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-.[]");

    /// <summary>
    /// Whether agents send such a name by themselves, so that it says which role the model has and is no choice of the user's: Claude's names on any way in, because
    /// people who keep a Claude client with another provider's models have them in every request; a program's own family otherwise.
    /// </summary>
    public static bool IsSentByDefault(string model, string application) => Has(model, "claude") || application switch
    {
        "codex" => Starts(model, "gpt") || Starts(model, "codex"),
        "gemini-cli" => Starts(model, "gemini"),
        "qwen-code" => Starts(model, "qwen") || Starts(model, "coder"),
        _ => false,
    };

    /// <summary>Whether it is a small model of Claude's, which Claude clients use for titles, summaries and the like.</summary>
    public static bool IsSmallClaude(string model) => Has(model, "claude") && Has(model, "haiku");

    /// <summary>Whether it has the form of Anthropic's names, such as claude-opus-4-5-20251101 or claude-sonnet-4-5[1m], and is not just any text.</summary>
    public static bool IsClaudeName(string model) =>
        model.Length <= 50 && model.StartsWith("claude-", StringComparison.Ordinal) && !model.AsSpan().ContainsAnyExcept(InClaudeNames);

    /// <summary>The length of the name without its suffix, ":online", ":free", "[1m]"; that of the whole name when it has none.</summary>
    public static int WithoutSuffix(ReadOnlySpan<char> model)
    {
        var at = model.EndsWith("]") ? model.LastIndexOf('[') : model.LastIndexOf(':');
        return at > 0 && model[at..].IndexOf('/') < 0 ? at : model.Length;
    }

    /// <summary>Whether a suffix is one that agents and aggregators have, and not just any word.</summary>
    public static bool IsKnownSuffix(ReadOnlySpan<char> suffix) => suffix is "[1m]" or ":online" or ":free" or ":nitro" or ":floor" or ":exacto" or ":extended" or ":thinking" or ":beta";

    private static bool Has(string text, string part) => text.Contains(part, StringComparison.OrdinalIgnoreCase);

    private static bool Starts(string text, string part) => text.StartsWith(part, StringComparison.OrdinalIgnoreCase);
}
