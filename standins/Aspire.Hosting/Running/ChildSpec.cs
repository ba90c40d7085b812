namespace Aspire.Hosting.Running;

/// <summary>A process to start.</summary>
/// <param name="FileName">Absolute path of the program.</param>
/// <param name="Arguments">Not split or quoted by anyone.</param>
/// <param name="WorkingDirectory">Absolute.</param>
/// <param name="Environment">Added to what the AppHost itself has.</param>
/// <param name="Input">Text for the program's standard input; null for none. It is seen by nobody else on the machine.</param>
/// <param name="Quiet">Its lines are shown only when it ends with an error.</param>
internal sealed record ChildSpec(
    string FileName, IReadOnlyList<string> Arguments, string WorkingDirectory, IReadOnlyDictionary<string, string> Environment, string? Input = null, bool Quiet = false)
{
    /// <summary>Variables that the AppHost was started with and that are not meant for its children.</summary>
    public static IReadOnlyList<string> NotInherited { get; } = ["ASPNETCORE_URLS", "ASPNETCORE_HTTP_PORTS", "ASPNETCORE_HTTPS_PORTS", "DOTNET_LAUNCH_PROFILE", GuardedProcessLauncher.ParentPipe];

    /// <summary>Environments and arguments may hold secrets.</summary>
    public override string ToString() => FileName;
}
