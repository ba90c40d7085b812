using System.Reflection;

namespace Ccr.Tests.Parts;

/// <summary>Parts that a bare machine may lack: programs, npm packages and recordings.</summary>
internal static class Part
{
    /// <summary>The repository's root, from the place of the test assembly.</summary>
    public static string Repository { get; } = FindRepository();

    /// <summary>The full path of a program on PATH (or in the npm tools folder that CCR_NODE_TOOLS names); null when there is none.</summary>
    public static string? Program(string name)
    {
        var tools = Environment.GetEnvironmentVariable("CCR_NODE_TOOLS");
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).ToList();
        if (!string.IsNullOrEmpty(tools))
        {
            folders.Insert(0, Path.Combine(tools, "node_modules", ".bin"));
        }

        return folders.Where(f => f.Length > 0).Select(f => Path.Combine(f, name)).FirstOrDefault(File.Exists);
    }

    /// <summary>The folder of an npm package below CCR_NODE_TOOLS; null when it is not installed.</summary>
    public static string? NodePackage(string name)
    {
        var tools = Environment.GetEnvironmentVariable("CCR_NODE_TOOLS");
        var folder = string.IsNullOrEmpty(tools) ? null : Path.Combine(tools, "node_modules", name);
        return folder is not null && Directory.Exists(folder) ? folder : null;
    }

    /// <summary>The sentence that names what is missing; null when everything is there. "npm:NAME" asks for a package, "fixtures" for the recordings.</summary>
    public static string? Missing(IEnumerable<string> parts)
    {
        foreach (var part in parts)
        {
            if (part == "fixtures")
            {
                if (!Directory.Exists(Environment.GetEnvironmentVariable("CCR_FIXTURES")))
                {
                    return "needs the recordings: set CCR_FIXTURES to their folder";
                }
            }
            else if (part.StartsWith("npm:", StringComparison.Ordinal))
            {
                if (NodePackage(part[4..]) is null)
                {
                    return $"needs the npm package {part[4..]} below the folder that CCR_NODE_TOOLS names";
                }
            }
            else if (Program(part) is null)
            {
                return $"needs {part} on PATH";
            }
        }

        return null;
    }

    private static string FindRepository()
    {
        var folder = Path.GetDirectoryName(Assembly.GetExecutingAssembly().Location)!;
        while (!File.Exists(Path.Combine(folder, "Ccr.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("Ccr.sln was not found above the test assembly.");
        }

        return folder;
    }
}
