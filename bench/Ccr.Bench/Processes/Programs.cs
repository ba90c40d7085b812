namespace Ccr.Bench.Processes;

/// <summary>Where the built programs of the solution are: beside this one, in the same configuration.</summary>
internal static class Programs
{
    private static readonly string Root = FindRoot();
    private static readonly string Configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;

    /// <summary>The router.</summary>
    public static string Proxy => Built("Ccr.ProxyService", "ccr.dll");

    /// <summary>The token counter.</summary>
    public static string Tokenizer => Built("Ccr.TokenizerService", "Ccr.TokenizerService.dll");

    /// <summary>The fake provider.</summary>
    public static string Simulator => Built("sim/Ccr.Simulator", "Ccr.Simulator.dll");

    /// <summary>A program on PATH; null: there is none.</summary>
    public static string? OnPath(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Where(f => f.Length > 0).Select(f => Path.Combine(f, name)).FirstOrDefault(File.Exists);

    private static string Built(string project, string file)
    {
        var path = Path.Combine(Root, project, "bin", Configuration, new DirectoryInfo(AppContext.BaseDirectory).Name, file);
        return File.Exists(path) ? path : throw new InvalidOperationException($"{path} is not there: build the solution with -c {Configuration}");
    }

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Ccr.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("Ccr.sln was not found above the program");
        }

        return folder;
    }
}
