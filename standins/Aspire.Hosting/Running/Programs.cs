using System.Runtime.InteropServices;

namespace Aspire.Hosting.Running;

/// <summary>Finds programs on this machine.</summary>
internal static class Programs
{
    /// <summary>The absolute path of a command: as given if it is a path, else looked up on PATH; null when there is none.</summary>
    public static string? Find(string command, string workingDirectory)
    {
        if (command.Contains('/', StringComparison.Ordinal) || command.Contains(Path.DirectorySeparatorChar, StringComparison.Ordinal))
        {
            var path = Path.GetFullPath(command, workingDirectory);
            return File.Exists(path) ? path : null;
        }

        string[] endings = OperatingSystem.IsWindows() ? [".exe", ".cmd", ""] : [""];
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return folders.SelectMany(folder => endings.Select(ending => Path.Combine(folder, command + ending))).FirstOrDefault(IsProgram);
    }

    /// <summary>The dotnet program whose runtime this process uses.</summary>
    /// <exception cref="DistributedApplicationException">It is not where it should be.</exception>
    public static string DotNet()
    {
        var name = OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet";

        // …/dotnet/shared/Microsoft.NETCore.App/10.0.x/
        var beside = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", name));
        return new[] { Environment.GetEnvironmentVariable("DOTNET_HOST_PATH"), beside }.FirstOrDefault(path => path is not null && File.Exists(path))
            ?? Find("dotnet", Environment.CurrentDirectory)
            ?? throw new DistributedApplicationException("The program dotnet was not found: install the .NET 10 SDK and put it on PATH.");
    }

    private static bool IsProgram(string path)
        => File.Exists(path)
            && (OperatingSystem.IsWindows() || (File.GetUnixFileMode(path) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != 0);
}
