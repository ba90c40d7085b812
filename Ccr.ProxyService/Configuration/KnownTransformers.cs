namespace Ccr.ProxyService.Configuration;

/// <summary>What this version does about a transformer that a file names.</summary>
internal enum TransformerSupport
{
    /// <summary>Acted on, or there is nothing to do.</summary>
    InEffect,

    /// <summary>Known, but the change it stands for is not made.</summary>
    NotInEffect,

    /// <summary>Stands for a wire protocol that this version does not speak: the provider cannot work.</summary>
    OtherProtocol,
}

/// <summary>The transformer names of the Node router (1.x and 2.x) and of the Rust router, without regard to case.</summary>
internal static class KnownTransformers
{
    /// <summary>The name that makes a provider an Anthropic one.</summary>
    public const string Anthropic = "anthropic";

    private static readonly Dictionary<string, TransformerSupport> Support = new(StringComparer.OrdinalIgnoreCase)
    {
        [Anthropic] = TransformerSupport.InEffect,
        ["OpenAI"] = TransformerSupport.InEffect,
        ["identity"] = TransformerSupport.InEffect,
        ["openai-responses"] = TransformerSupport.OtherProtocol,
        ["gemini"] = TransformerSupport.OtherProtocol,
        ["gemini-cli"] = TransformerSupport.OtherProtocol,
        ["vertex-gemini"] = TransformerSupport.OtherProtocol,
        ["vertex-claude"] = TransformerSupport.OtherProtocol,
        ["vertex-openai"] = TransformerSupport.OtherProtocol,
    };

    static KnownTransformers()
    {
        string[] node =
        [
            "deepseek", "openrouter", "vercel", "groq", "cerebras", "tooluse", "enhancetool", "reasoning", "forcereasoning", "maxtoken",
            "maxcompletiontokens", "sampling", "cleancache", "streamoptions", "customparams", "extrathinktag",
        ];
        string[] rust =
        [
            "anthropic-to-openai", "openai-to-anthropic", "minimax", "glm", "kimi", "longcat-thinking", "thinktag", "toolcompress",
            "output_compress", "zai", "moonshot",
        ];
        // Scripts that the Node router's wizard offers by name, although they do not come with it.
        string[] wizard = ["chutes-glm", "qwen-cli", "rovo-cli"];
        foreach (var name in node.Concat(rust).Concat(wizard))
        {
            Support.Add(name, TransformerSupport.NotInEffect);
        }
    }

    /// <summary>All names, sorted.</summary>
    public static IEnumerable<string> Names => Support.Keys.Order(StringComparer.OrdinalIgnoreCase);

    /// <summary>What is done about the name; null when no router of this family knows it.</summary>
    public static TransformerSupport? Find(string name) => Support.TryGetValue(name, out var support) ? support : null;
}
