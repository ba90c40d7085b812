using System.CommandLine;
using System.CommandLine.Invocation;
using System.Reflection;
using System.Runtime.InteropServices;

namespace Ccr.ProxyService.Cli;

/// <summary><c>ccr version</c>.</summary>
internal static class VersionVerb
{
    /// <summary>The command.</summary>
    public static Command Create() => new("version", "Print the version of ccr and of its runtime.") { Action = new Print() };

    /// <summary>Prints the version; also behind --version.</summary>
    internal sealed class Print : SynchronousCommandLineAction
    {
        /// <inheritdoc/>
        public override int Invoke(ParseResult parseResult)
        {
            // The SDK puts "+commit" behind the version.
            var version = typeof(VersionVerb).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];
            Console.WriteLine($"ccr {version} ({RuntimeInformation.FrameworkDescription}, {RuntimeInformation.RuntimeIdentifier})");
            return ExitCode.Ok;
        }
    }
}
