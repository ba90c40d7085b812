using Ccr.Tests.Parts;

namespace Ccr.Tests.EmbeddedRedis;

/// <summary>The scripts of the folder Scripts, by name.</summary>
internal static class Script
{
    private static readonly string Folder = Path.Combine(Part.Repository, "Ccr.Tests", "EmbeddedRedis", "Scripts");

    public static IEnumerable<string> Names =>
        Directory.EnumerateFiles(Folder, "*.redis").Select(f => Path.GetFileNameWithoutExtension(f)).Order(StringComparer.Ordinal);

    public static IReadOnlyList<ScriptLine> Load(string name) => ScriptLine.Parse(File.ReadAllText(Path.Combine(Folder, name + ".redis")));
}
