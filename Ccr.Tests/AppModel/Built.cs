using Ccr.Tests.Parts;

namespace Ccr.Tests.AppModel;

/// <summary>Programs built with the tests.</summary>
internal static class Built
{
    /// <summary>The AppHost.</summary>
    public static string AppHost => Program("Ccr.AppHost", "Ccr.AppHost.dll");

    /// <summary>See its Program.cs.</summary>
    public static string Probe => Program("Ccr.Tests/Programs/AppModelProbe", "AppModelProbe.dll");

    /// <summary>Built in the same configuration as the tests.</summary>
    private static string Program(string project, string assembly)
    {
        var own = new DirectoryInfo(AppContext.BaseDirectory);
        return Path.Combine(Part.Repository, project, "bin", own.Parent!.Name, own.Name, assembly);
    }
}
