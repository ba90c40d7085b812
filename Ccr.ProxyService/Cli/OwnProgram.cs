namespace Ccr.ProxyService.Cli;

/// <summary>How to start this very program again.</summary>
internal static class OwnProgram
{
    /// <summary>The program and its first arguments: <c>ccr</c>, or <c>dotnet ccr.dll</c> when it was started so.</summary>
    public static string[] Command()
    {
        var program = Environment.ProcessPath ?? throw new InvalidOperationException("the path of the running program is not known");
        var isDotnet = Path.GetFileNameWithoutExtension(program).Equals("dotnet", StringComparison.OrdinalIgnoreCase);
        return isDotnet ? [program, Path.Combine(AppContext.BaseDirectory, "ccr.dll")] : [program];
    }
}
