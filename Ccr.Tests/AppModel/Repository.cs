namespace Ccr.Tests.AppModel;

/// <summary>Where the solution and its programs are.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>A program built with the tests, in the same configuration.</summary>
    public static string Program(string project, string assembly)
    {
        var own = new DirectoryInfo(AppContext.BaseDirectory);
        return Path.Combine(Root, project, "bin", own.Parent!.Name, own.Name, assembly);
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Ccr.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("The tests do not run inside the repository: Ccr.sln was not found.");
    }
}
