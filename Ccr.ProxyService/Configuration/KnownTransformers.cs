using Ccr.Protocols.Transformers;

namespace Ccr.ProxyService.Configuration;

/// <summary>The transformer names that a file may hold, without regard to case: the catalogue's, and scripts of other routers that are not part of this program.</summary>
internal static class KnownTransformers
{
    /// <summary>Scripts that the Node router's users load by these names, although they do not come with it.</summary>
    public static readonly string[] Scripts = ["chutes-glm", "gemini-cli", "qwen-cli", "rovo-cli"];

    /// <summary>All names, sorted.</summary>
    public static IEnumerable<string> Names => TransformerCatalog.Entries.Select(static e => e.Name).Concat(Scripts).Order(StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether the name stands for a script of another router.</summary>
    public static bool IsScript(string name) => Scripts.Contains(name, StringComparer.OrdinalIgnoreCase);
}
